"""A recording's parts, read again, are the stream that was written."""

import numpy as np
import pytest
import soundfile
from feature_folders import write_parts

from takht.audio.wav_parts import Parts
from takht.errors import TakhtError


@pytest.mark.parametrize("part_samples", [999, 1000, 3000, 2999, 10_000])
def test_parts_end_to_end_are_the_stream(tmp_path, part_samples):
    stream = np.random.default_rng(0).integers(-32768, 32768, 3000).astype(np.int16)
    folder = tmp_path / "أ" / "x"
    write_parts(np.split(stream, 3), folder, sample_rate_hz=22_050, part_samples=part_samples)
    parts = Parts(folder)
    assert np.array_equal(np.concatenate(list(parts.blocks())), stream)
    assert (parts.samples, parts.sample_rate_hz) == (3000, 22_050)
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == [f"part-{i:03d}.wav" for i in range(len(files))]
    oracle = [soundfile.read(path, dtype="int16") for path in files]
    assert np.array_equal(np.concatenate([samples for samples, _ in oracle]), stream)
    assert all(len(samples) <= part_samples for samples, _ in oracle)


def test_part_1000_follows_part_999(tmp_path):
    stream = np.arange(1003, dtype=np.int16)
    write_parts([stream], tmp_path / "x", sample_rate_hz=8000, part_samples=1)
    assert np.array_equal(np.concatenate(list(Parts(tmp_path / "x").blocks())), stream)


def test_a_recording_without_parts_is_named(tmp_path):
    with pytest.raises(TakhtError, match="holds no part of the recording; run `dvc repro convert`"):
        Parts(tmp_path)
