"""A recording becomes mono 16-bit parts at one rate, in memory that its length does not change."""

import sys

import audio_sources
import costs
import numpy as np
import pytest
import soundfile
from pipeline import ROOT

from takht.audio.conversion import Conversion, convert_recording
from takht.audio.wav_parts import Parts

OUT_HZ = 22_050


def converted(source, folder, part_seconds=600):
    note = convert_recording(Conversion(source, OUT_HZ, part_seconds * OUT_HZ), folder)
    assert isinstance(note, dict), note
    return np.concatenate(list(Parts(folder).blocks()))


def test_a_stereo_tone_comes_back_mono_at_its_pitch_and_level(tmp_path):
    time = np.arange(48_000 * 4) / 48_000
    left = 0.6 * np.sin(2 * np.pi * 1000 * time)
    soundfile.write(tmp_path / "x.flac", np.stack([left, left / 3], axis=1), 48_000)
    wave = converted(tmp_path / "x.flac", tmp_path / "out")
    assert len(wave) == 4 * OUT_HZ
    middle = wave[OUT_HZ : 3 * OUT_HZ] / 32768
    expected = 0.4 * np.sin(2 * np.pi * 1000 * np.arange(OUT_HZ, 3 * OUT_HZ) / OUT_HZ)
    assert np.abs(middle - expected).max() < 1e-4


def test_at_its_own_rate_a_mono_wav_is_not_changed(tmp_path):
    samples = np.random.default_rng(0).integers(-32768, 32768, OUT_HZ).astype(np.int16)
    soundfile.write(tmp_path / "x.wav", samples, OUT_HZ)
    assert np.array_equal(converted(tmp_path / "x.wav", tmp_path / "out"), samples)


def test_over_full_scale_is_held_not_wrapped(tmp_path):
    soundfile.write(tmp_path / "x.wav", np.full(1000, 1.5, "f4"), OUT_HZ, subtype="FLOAT")
    assert set(converted(tmp_path / "x.wav", tmp_path / "out").tolist()) == {32767}


def test_parts_cut_but_do_not_change_the_stream(tmp_path):
    noise = np.random.default_rng(0).uniform(-1, 1, (44_100 * 5, 2))
    soundfile.write(tmp_path / "x.mp3", noise, 44_100)
    whole = converted(tmp_path / "x.mp3", tmp_path / "one")
    cut = converted(tmp_path / "x.mp3", tmp_path / "many", part_seconds=2)
    assert np.array_equal(whole, cut)
    assert len(list((tmp_path / "many").iterdir())) == 3


CONVERT = """
import sys
from pathlib import Path
from takht.audio.conversion import Conversion, convert_recording
convert_recording(Conversion(Path(sys.argv[1]), 22050, 600 * 22050), Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_memory_is_below_400_mb_and_does_not_grow_with_length(tmp_path):
    peaks_mb = []
    for minutes in (3, 55):
        source = audio_sources.write_noise_mp3(tmp_path / f"{minutes}.mp3", minutes)
        env = {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
        argv = [sys.executable, "-c", CONVERT, source, tmp_path / f"out{minutes}"]
        cost, _ = costs.run(argv, env=env)
        peaks_mb.append(cost.peak_mb)
        assert Parts(tmp_path / f"out{minutes}").samples == pytest.approx(
            minutes * 60 * OUT_HZ, rel=0.002
        )
    assert max(peaks_mb) < 400
    assert peaks_mb[1] < peaks_mb[0] * 1.15
