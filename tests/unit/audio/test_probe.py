"""A probe knows a recording by its sound, and refuses to guess."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from takht.audio import limits
from takht.audio import probe as probing
from takht.audio.conversion import Conversion, convert_recording
from takht.audio.ffmpeg import Unreadable
from takht.audio.probe import Probe

RATE_HZ = 22_050


def probe(path: Path) -> Probe:
    """What a file holds, its audio thrown away."""
    return probing.probe(path, RATE_HZ, lambda _: None)


@pytest.fixture
def samples():
    return np.random.default_rng(0).integers(-9000, 9000, (RATE_HZ * 2, 2)).astype(np.int16)


def test_the_same_samples_in_another_container_have_the_same_audio_hash(tmp_path, samples):
    soundfile.write(tmp_path / "x.wav", samples, RATE_HZ)
    soundfile.write(tmp_path / "x.flac", samples, RATE_HZ)
    with soundfile.SoundFile(tmp_path / "t.flac", "w", RATE_HZ, 2, "PCM_16") as file:
        file.title = "عود"
        file.write(samples)
    probes = [probe(tmp_path / name) for name in ("x.wav", "x.flac", "t.flac")]
    assert len({each.audio_sha256 for each in probes}) == 1
    assert len({each.sha256 for each in probes}) == 3


def test_one_step_in_one_sample_or_another_rate_is_other_audio(tmp_path, samples):
    soundfile.write(tmp_path / "a.wav", samples, RATE_HZ)
    soundfile.write(tmp_path / "b.wav", samples, RATE_HZ * 2)
    samples[-1, 0] += 1  # a step of one side alone can be lost in the mean of both
    samples[-1, 1] += 1
    soundfile.write(tmp_path / "c.wav", samples, RATE_HZ)
    assert len({probe(tmp_path / f"{name}.wav").audio_sha256 for name in "abc"}) == 3


def test_a_probe_measures_the_mono_mix(tmp_path):
    wave = np.zeros((RATE_HZ, 2), "f4")
    wave[100] = 0.5, -0.25
    soundfile.write(tmp_path / "x.wav", wave, RATE_HZ, subtype="FLOAT")
    held = probe(tmp_path / "x.wav")
    assert held.peak_dbfs() == pytest.approx(20 * np.log10(0.125))
    assert held.half_range_dbfs() == pytest.approx(20 * np.log10(0.0625))  # it only goes up
    assert (held.seconds, held.channels, held.codec) == (1.0, 2, "float")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 30_000, -1])
def test_one_sample_that_is_no_number_is_seen(tmp_path, bad, place):
    wave = np.full((200_000, 2), 0.1, "f4")
    wave[place, 1] = bad
    soundfile.write(tmp_path / "x.wav", wave, RATE_HZ, subtype="FLOAT")
    assert not np.isfinite(probe(tmp_path / "x.wav").peak)


@pytest.mark.parametrize("suffix", ["flac", "wav"])
def test_silence_without_end_is_not_decoded_to_the_end(tmp_path, samples, monkeypatch, suffix):
    soundfile.write(tmp_path / f"x.{suffix}", samples, RATE_HZ)
    monkeypatch.setattr(limits, "MAX_HOURS", 2 / 3600)
    assert isinstance(probe(tmp_path / f"x.{suffix}"), Probe)
    monkeypatch.setattr(limits, "MAX_HOURS", 1.9 / 3600)
    with pytest.raises(Unreadable, match="longer than"):
        probe(tmp_path / f"x.{suffix}")


def test_what_does_not_decode_is_a_reason(tmp_path):
    (tmp_path / "x.mp3").write_text("no music")
    item = Conversion(tmp_path / "x.mp3", RATE_HZ, 1000)
    reason = convert_recording(item, tmp_path / "out")
    assert isinstance(reason, str)
    assert not (tmp_path / "out").exists()
