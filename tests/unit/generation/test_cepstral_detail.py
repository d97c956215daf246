"""What coding flattens is measured, and given back."""

import numpy as np
import pytest
import scipy.fft
from generation_corpus import spectrogram

from takht.generation.codec.cepstral_detail import (
    MOST_GAIN,
    QUEFRENCIES,
    detail_gains,
    restore_detail,
)


@pytest.fixture
def clip() -> np.ndarray:
    return spectrogram(np.random.default_rng(1), np.zeros(513), 300)


def flattened(clip: np.ndarray, by: tuple[float, ...]) -> np.ndarray:
    """The clip with each group of fine quefrencies divided by a number."""
    quefrencies = scipy.fft.dct(clip, norm="ortho", axis=1)
    for start, end, number in zip(QUEFRENCIES[:-1], QUEFRENCIES[1:], by, strict=True):
        quefrencies[:, start:end] /= number
    return scipy.fft.idct(quefrencies, norm="ortho", axis=1)


def test_gains_are_what_was_taken_and_give_it_back(clip):
    by = (1.1, 1.3, 1.5, 1.7)
    flat = flattened(clip, by)
    gains = detail_gains(clip, flat)
    np.testing.assert_allclose(gains, by, rtol=1e-4)
    np.testing.assert_allclose(restore_detail(flat, gains), clip, atol=1e-5)


def test_gains_neither_lower_nor_raise_without_end(clip):
    found = detail_gains(clip, flattened(clip, (0.5, 1.0, 3.0, 1000.0)))
    np.testing.assert_allclose(found, [1, 1, MOST_GAIN, MOST_GAIN], rtol=1e-4)
    silent = np.zeros((10, 513), np.float32)
    assert np.isfinite(detail_gains(silent, silent)).all()


def test_broad_structure_stays(clip):
    raised = restore_detail(clip, np.full(4, 1.5, np.float32))
    before, after = (scipy.fft.dct(f, norm="ortho", axis=1)[:, :28] for f in (clip, raised))
    np.testing.assert_allclose(after, before, atol=1e-4)
