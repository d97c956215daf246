"""Measured over parts, a recording measures as the whole does."""

import numpy as np
import pyloudnorm
import pytest
from feature_folders import write_parts

from takht.preparation.gain import measure_recording


def test_parts_measure_as_the_whole(tmp_path):
    rng = np.random.default_rng(0)
    samples = rng.integers(-12_000, 12_000, 22_050 * 9).astype(np.int16)
    samples[5000] = -16_384
    write_parts([samples], tmp_path / "x", sample_rate_hz=22_050, part_samples=33_333)
    peak_dbfs, lufs = measure_recording(tmp_path / "x", tmp_path / "none")
    assert peak_dbfs == pytest.approx(-6.0206, abs=1e-4)
    oracle = pyloudnorm.Meter(22_050, filter_class="DeMan").integrated_loudness(samples / 32768)
    assert lufs == pytest.approx(oracle, abs=0.02)
