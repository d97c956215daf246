"""Kinds of file that hold their own sound are let in; of the others the kind is named."""

import subprocess
import unicodedata

import numpy as np
import pytest
import soundfile
from audio_sources import agreement, decode, encode, melody
from watching import Watch, listening

from takht.audio import ffmpeg
from takht.audio.ffmpeg import FfmpegAudio, Unreadable

RATE_HZ = 22_050
WAVE = melody(3, 3, RATE_HZ)
# Kind -> what makes it, and the correlation that its codec reaches.
KINDS = {
    "ts": (("-c:a", "mp2", "-f", "mpegts"), 0.99),
    "mpg": (("-c:a", "mp2", "-f", "mpeg"), 0.99),
    "flv": (("-c:a", "adpcm_swf"), 0.95),
    "dts": (("-strict", "-2", "-c:a", "dca", "-ar", "44100"), 0.95),
    "eac3": (("-c:a", "eac3", "-ar", "44100"), 0.95),
    "latm": (("-c:a", "aac", "-f", "latm"), 0.95),
    "voc": (("-c:a", "pcm_s16le"), 0.999),
    "rm": (("-c:a", "ac3", "-ar", "44100", "-f", "rm"), 0.95),
    "thd": (("-strict", "-2", "-c:a", "truehd", "-ar", "44100"), 0.99),
    "sox": ((), 0.999),
    "sf": (("-c:a", "pcm_s16le", "-f", "ircam"), 0.999),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_holds_its_own_sound_is_decoded_and_opens_nothing_else(tmp_path, kind):
    options, least = KINDS[kind]
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, *options)
    watch = Watch(tmp_path)
    try:
        heard, sound = decode(path, RATE_HZ)
        assert watch.opened() == {path.name}
    finally:
        watch.close()
    delays = range(0, 4000)
    middle = WAVE[20_000:40_000]
    best = max(agreement(heard[20_000 + d : 40_000 + d], middle)[1] for d in delays)
    assert best > least
    assert sound.decode_errors == 0


def test_free_format_mp3_is_decoded(tmp_path):
    wave, bare = melody(3, 3, 32_000), ("-write_xing", "0", "-id3v2_version", "0")
    path = encode(tmp_path / "x.mp3", wave, 32_000, "-b:a", "128k", *bare)
    expected, _ = decode(path, 32_000)
    frames = np.frombuffer(path.read_bytes(), np.uint8).copy().reshape(-1, 576)
    assert (frames[:, 0] == 255).all()
    frames[:, 2] &= 0x0F  # no bit rate
    path.write_bytes(frames.tobytes())
    heard, sound = decode(path, 32_000)
    assert (sound.codec, sound.decode_errors) == ("mpeg_layer_iii", 0)
    middle = wave[30_000:60_000]
    best = max(agreement(heard[30_000 + d : 60_000 + d], middle)[1] for d in range(3000))
    assert best > 0.99
    assert len(heard) == pytest.approx(len(expected), abs=2500)


@pytest.mark.parametrize("kind", ["nut", "swf"])
def test_of_a_kind_that_is_not_let_in_the_name_is_said_and_convert_it(tmp_path, kind):
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, "-f", kind, "-ar", "44100")
    with pytest.raises(Unreadable, match=rf"unsupported format \({kind}\); convert it") as raised:
        decode(path, RATE_HZ)
    assert "fetch" not in raised.value.advise("remove it or fetch it again")


def test_naming_a_kind_opens_nothing_and_calls_nobody(tmp_path):
    with listening() as (port, callers):
        (tmp_path / "x.mp3").write_text(f"ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/a'\n")
        (tmp_path / "y.mp3").write_text("ffconcat version 1.0\nfile 'secret.wav'\n")
        (tmp_path / "secret.wav").write_bytes(b"RIFF")
        watch = Watch(tmp_path)
        watch.opened()
        for name in ("x.mp3", "y.mp3"):
            with pytest.raises(Unreadable, match=r"is a playlist \(concat\)"):
                decode(tmp_path / name, RATE_HZ)
        assert watch.opened() == {"x.mp3", "y.mp3"}
        watch.close()
        assert callers == []


def test_a_report_of_ffmpeg_litters_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FFREPORT", f"file={tmp_path}/report.log:level=48")
    soundfile.write(tmp_path / "x.flac", WAVE, RATE_HZ)
    with FfmpegAudio(tmp_path / "x.flac") as audio:
        assert sum(map(len, audio.blocks())) == len(WAVE)
    assert [path.name for path in tmp_path.iterdir()] == ["x.flac"]
    subprocess.run([ffmpeg.find_ffmpeg(), "-version"], check=True, stdout=subprocess.DEVNULL)
    assert [path.name for path in tmp_path.iterdir()] != ["x.flac"]  # else this would prove nothing


@pytest.mark.parametrize("value", [np.nan, np.inf, 100.0, 0.0])
def test_every_command_refuses_what_the_catalogue_refuses(tmp_path, value):
    from takht.cli.arguments.recordings import read_recording
    from takht.errors import TakhtError

    wave = np.full(3 * RATE_HZ, value) if value == 0 else WAVE.copy()
    wave[RATE_HZ] = value
    soundfile.write(tmp_path / "x.wav", wave, RATE_HZ, subtype="FLOAT")
    reasons = {100.0: "is beyond full scale", 0.0: "(is|first 2 s are) silent"}
    reason = reasons.get(value, "NaN or infinite")
    for seconds in (None, 2.0):
        with pytest.raises(TakhtError, match=rf"x\.wav: .*{reason}.*; "):
            read_recording(tmp_path / "x.wav", seconds)


def test_a_part_of_a_recording_that_is_of_no_use_is_not_the_recordings_fault(tmp_path, capsys):
    from takht.cli.arguments.recordings import read_recording
    from takht.errors import TakhtError

    soundfile.write(tmp_path / "long.wav", np.tile(WAVE, 620 * RATE_HZ // len(WAVE)), RATE_HZ)
    with pytest.raises(TakhtError, match=r"long\.wav: lasts more than 600 s; choose a shorter"):
        read_recording(tmp_path / "long.wav")
    assert "missing" not in capsys.readouterr().err
    soundfile.write(tmp_path / "late.wav", np.concatenate([0 * WAVE, WAVE]), RATE_HZ)
    with pytest.raises(TakhtError, match=r"late\.wav: its first 2.7 s are silent; raise --seconds"):
        read_recording(tmp_path / "late.wav", 0.9 * len(WAVE) / RATE_HZ)


def test_a_name_is_found_in_the_other_form_of_unicode(tmp_path):
    from takht.cli.arguments.recordings import read_recording

    soundfile.write(tmp_path / unicodedata.normalize("NFD", "أغنية.wav"), WAVE, RATE_HZ)
    read_recording(tmp_path / unicodedata.normalize("NFC", "أغنية.wav"))


def test_a_full_temporary_folder_is_not_the_recordings_fault(tmp_path, monkeypatch):
    import errno

    from takht.errors import DiskFull
    from takht.inference import decoded_recording
    from takht.preparation.settings import NormalizeSettings

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    soundfile.write(tmp_path / "x.wav", WAVE, RATE_HZ)
    monkeypatch.setattr(decoded_recording, "_write", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    params = NormalizeSettings(method="peak", target_lufs=-23, peak_dbfs=-1)
    with (
        pytest.raises(DiskFull, match=rf"^{tmp_path}: is full .* set TMPDIR to another folder"),
        decoded_recording.decode_recording(tmp_path / "x.wav", RATE_HZ, params),
    ):
        pass
