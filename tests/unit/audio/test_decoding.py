"""What went into a file comes out, in full, whatever the file is called."""

import struct
import subprocess

import numpy as np
import pytest
import soundfile

from takht.audio import ffmpeg
from takht.audio.decoding import open_audio
from takht.audio.ffmpeg import Unreadable

RATE_HZ = 44_100
# What half of a 7-second file says of itself: ogg is read from its end.
CLAIMS = {"wav": 7, "flac": 7, "mp3": 7, "ogg": 3.5}


def noise(seconds=7.0, channels=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(-9000, 9000, (round(seconds * RATE_HZ), channels)).astype(np.int16)


def tone(seconds=7.0, hz=440):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def decode(path):
    with open_audio(path) as audio:
        whole = np.concatenate(list(audio.blocks()))
    return whole, audio


def recode(source, target, *options):
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-i", source, *options, target]
    subprocess.run(argv, check=True)
    return target


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "w64", "caf"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_lossless_formats_give_the_same_samples(tmp_path, suffix, channels):
    samples = noise(channels=channels)
    soundfile.write(tmp_path / f"x.{suffix}", samples, RATE_HZ, subtype="PCM_16")
    whole, audio = decode(tmp_path / f"x.{suffix}")
    assert (audio.sample_rate_hz, audio.channels, audio.decode_errors) == (RATE_HZ, channels, 0)
    assert audio.claimed_seconds == pytest.approx(7, abs=0.01)
    assert np.array_equal(whole, samples.astype("f4") / 32768)


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"]
)
def test_wav_subtypes_keep_the_tone(tmp_path, subtype):
    soundfile.write(tmp_path / "x.wav", tone(), RATE_HZ, subtype=subtype)
    whole, audio = decode(tmp_path / "x.wav")
    assert audio.codec == subtype.lower()
    assert np.abs(whole[:, 0] - tone()).max() < 0.02


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "opus", "m4a", "wma", "mka"])
def test_lossy_formats_keep_the_tone_and_its_length(tmp_path, suffix):
    soundfile.write(tmp_path / "x.wav", tone(), RATE_HZ)
    whole, audio = decode(recode(tmp_path / "x.wav", tmp_path / f"x.{suffix}"))
    middle = whole[RATE_HZ : 6 * audio.sample_rate_hz, 0]
    spectrum = abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * audio.sample_rate_hz / len(middle) == pytest.approx(440, abs=0.3)
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.5, rel=0.06)  # LAME: 0.475
    assert len(whole) / audio.sample_rate_hz == pytest.approx(7, abs=0.1)


def test_content_decides_not_the_name(tmp_path):
    soundfile.write(tmp_path / "x.wav", noise(), RATE_HZ)
    expected, _ = decode(tmp_path / "x.wav")
    assert np.array_equal(decode((tmp_path / "x.wav").rename(tmp_path / "x.mp3"))[0], expected)
    soundfile.write(tmp_path / "y.mp3", tone(), RATE_HZ)
    expected, _ = decode(tmp_path / "y.mp3")
    whole, audio = decode((tmp_path / "y.mp3").rename(tmp_path / "y.wav"))
    assert audio.codec == "mp3"
    assert np.array_equal(whole, expected)


def test_mp3_without_xing_header_and_joined_mp3s_keep_their_length(tmp_path):
    soundfile.write(tmp_path / "x.mp3", tone(), RATE_HZ)
    bare = recode(tmp_path / "x.mp3", tmp_path / "bare.mp3", "-write_xing", "0", "-c", "copy")
    assert len(decode(bare)[0]) == pytest.approx(7 * RATE_HZ, abs=3000)
    (tmp_path / "joined.mp3").write_bytes((tmp_path / "x.mp3").read_bytes() * 2)
    assert len(decode(tmp_path / "joined.mp3")[0]) == pytest.approx(14 * RATE_HZ, abs=3000)


def test_damage_costs_a_frame_and_is_counted(tmp_path):
    soundfile.write(tmp_path / "x.wav", noise(), RATE_HZ)
    for name in ("x.flac", "x.mp3"):
        recode(tmp_path / "x.wav", tmp_path / name)  # libsndfile's mp3 differs from run to run
        content = bytearray((tmp_path / name).read_bytes())
        middle = len(content) // 2
        content[middle : middle + 2000] = np.random.default_rng(0).bytes(2000)
        (tmp_path / name).write_bytes(content)
        whole, audio = decode(tmp_path / name)
        assert len(whole) > 6.5 * RATE_HZ, name
        assert audio.decode_errors > 0, name


@pytest.mark.parametrize("suffix", CLAIMS)
def test_a_truncated_file_gives_what_it_holds(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, noise(), RATE_HZ)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    whole, audio = decode(path)
    assert len(whole) / RATE_HZ == pytest.approx(3.5, abs=0.4)
    assert audio.claimed_seconds == pytest.approx(CLAIMS[suffix], abs=0.4)


def test_cover_art_is_not_the_audio(tmp_path):
    soundfile.write(tmp_path / "x.mp3", tone(), RATE_HZ)
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64"]
    subprocess.run([*argv, "-frames:v", "1", tmp_path / "c.png"], check=True)
    options = ["-i", tmp_path / "c.png", "-map", "1", "-map", "0", "-c", "copy"]
    whole, audio = decode(recode(tmp_path / "x.mp3", tmp_path / "art.mp3", *options))
    assert audio.codec == "mp3"
    assert len(whole) == 7 * RATE_HZ


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty, 0 bytes"),
        (b"just some text, no music", "."),
        (bytes(5000), "."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "."),
        (b"ID3\x03\x00\x00\x00\x00\x00\x00", "."),
        (b"RIFF\xff\xff\xff\xffWAVE", "."),
        (b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + bytes(28), "."),
    ],
)
@pytest.mark.parametrize("name", ["x.mp3", "x.wav"])
def test_what_is_no_audio_is_unreadable_with_a_reason(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        decode(tmp_path / name)


def test_a_video_without_sound_is_unreadable(tmp_path):
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1"]
    subprocess.run([*argv, tmp_path / "x.mp4"], check=True)
    with pytest.raises(Unreadable, match="holds no audio stream"):
        decode(tmp_path / "x.mp4")


def test_a_rate_that_is_none_is_unreadable(tmp_path):
    soundfile.write(tmp_path / "x.wav", noise(), 100)
    with pytest.raises(Unreadable, match="sample rate is 100 Hz"):
        decode(tmp_path / "x.wav")
