"""The segments of a recording, end to end, are the recording at its gain, sample for sample."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
from feature_folders import write_parts
from pipeline import ROOT

from takht.audio.pcm import apply_gain
from takht.errors import TakhtError
from takht.preparation.segment_folder import (
    list_recordings,
    read_numbered,
    read_sample_rate_hz,
)
from takht.preparation.segmentation import Segmentation, segment_recording

RATE_HZ = 8000


@pytest.mark.parametrize("seconds", [1.0, 9.999, 10.0, 12.9, 13.1, 20.0, 47.3])
@pytest.mark.parametrize("gain_db", [0.0, -7.3, 4.2, 30.0])
def test_segments_end_to_end_are_the_gained_stream(tmp_path, seconds, gain_db):
    samples = np.random.default_rng(0).integers(-9000, 9000, round(seconds * RATE_HZ))
    stream = samples.astype(np.int16)
    write_parts([stream], tmp_path / "in", sample_rate_hz=RATE_HZ, part_samples=70_001)
    segment_recording(Segmentation(tmp_path / "in", gain_db, 10.0, 3.0), tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == [f"{number:04d}.wav" for number in range(len(files))]
    pieces = [soundfile.read(path, dtype="int16") for path in files]
    assert {rate for _, rate in pieces} == {RATE_HZ}
    assert np.array_equal(
        np.concatenate([piece for piece, _ in pieces]), apply_gain(stream, gain_db)
    )
    lengths = [len(piece) / RATE_HZ for piece, _ in pieces]
    assert lengths[:-1] == [10.0] * (len(lengths) - 1)
    assert lengths[-1] == seconds or 3.0 <= lengths[-1] < 13.0


def test_importing_is_silent_without_any_ffmpeg_on_the_path():
    src = ROOT / "src"
    code = [sys.executable, "-W", "error", "-c", "import takht.preparation.segmentation"]
    done = subprocess.run(
        code, env={"PATH": "", "PYTHONPATH": str(src)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_without_segments_is_named(tmp_path):
    for look in (list_recordings, read_sample_rate_hz):
        with pytest.raises(TakhtError, match="nowhere: holds no segment; run `dvc repro segment`"):
            look(tmp_path / "nowhere")


def test_segments_come_in_the_order_of_their_names_however_the_disk_lists_them(tmp_path):
    folder = tmp_path / "c/r"
    folder.mkdir(parents=True)
    for number in (7, 2, 11, 0, 5, 9, 1, 10, 4, 8, 3, 6):
        wave = np.full(RATE_HZ * (number + 1) // 4, number * 1000, np.int16)
        soundfile.write(folder / f"{number:04d}.wav", wave, RATE_HZ, "PCM_16")
    found = list(read_numbered(tmp_path, "c/r"))
    assert [each.number for each in found] == list(range(12))
    assert [each.wave[0] * 32768 for each in found] == [1000 * n for n in range(12)]
    # 1/4, 2/4, 3/4 … seconds long: the start of each is the sum of those before
    assert [each.start_seconds for each in found] == [n * (n + 1) / 8 for n in range(12)]


def test_the_segment_after_9999_is_the_last(tmp_path):
    (tmp_path / "c/r").mkdir(parents=True)
    for number in (9999, 10000, 1001):
        soundfile.write(tmp_path / f"c/r/{number:04d}.wav", np.full(9, number, np.int16), RATE_HZ)
    found = [each.wave[0] * 32768 for each in read_numbered(tmp_path, "c/r")]
    assert found == [1001, 9999, 10000]
