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
from takht.preparation.segment_folder import list_recordings, read_sample_rate_hz
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
