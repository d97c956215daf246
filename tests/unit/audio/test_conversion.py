"""A recording becomes mono 16-bit parts at one rate, in memory that its length does not change."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
from pipeline import ROOT

from takht.audio import ffmpeg
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


PEAK = """
import resource, sys
from pathlib import Path
from takht.audio.conversion import Conversion, convert_recording
convert_recording(Conversion(Path(sys.argv[1]), 22050, 600 * 22050), Path(sys.argv[2]))
# Not RUSAGE_SELF: across exec it keeps the peak of the process that started this one.
status = Path("/proc/self/status").read_text()
own_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
print(own_kb // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_is_below_400_mb_and_does_not_grow_with_length(tmp_path):
    minute = tmp_path / "minute.mp3"
    argv = [
        ffmpeg.find_ffmpeg(),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "anoisesrc=r=44100:a=0.3:d=60",
    ]
    options = ["-ac", "2", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"]
    subprocess.run([*argv, *options, minute], check=True)
    peaks_mb = []
    for minutes in (3, 55):
        source = tmp_path / f"{minutes}.mp3"
        source.write_bytes(minute.read_bytes() * minutes)
        code = [sys.executable, "-c", PEAK, source, tmp_path / f"out{minutes}"]
        env = {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
        printed = subprocess.run(code, env=env, check=True, capture_output=True, text=True).stdout
        peaks_mb.append(sum(map(int, printed.split())))
        assert Parts(tmp_path / f"out{minutes}").samples == pytest.approx(
            minutes * 60 * OUT_HZ, rel=0.002
        )
    assert max(peaks_mb) < 400
    assert peaks_mb[1] < peaks_mb[0] * 1.15
