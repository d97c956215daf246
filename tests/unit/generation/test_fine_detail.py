"""What coding flattens is measured, and partials get it back."""

import numpy as np
import pytest
import scipy.fft
from generation_corpus import spectrogram

from takht.generation.codec.fine_detail import (
    BAND_EDGES,
    BANDS,
    MOST_GAIN,
    SMOOTH_QUEFRENCIES,
    detail_gains,
    restore_detail,
)


@pytest.fixture
def clip() -> np.ndarray:
    return spectrogram(np.random.default_rng(1), np.zeros(513), 300)


def quefrencies(frames: np.ndarray) -> np.ndarray:
    return scipy.fft.dct(frames, norm="ortho", axis=1)


def test_gains_are_what_was_taken_and_give_it_back_to_partials(clip):
    taken = np.linspace(1.1, 2.5, BANDS).astype(np.float32)
    smooth = quefrencies(clip)
    smooth[:, SMOOTH_QUEFRENCIES:] = 0
    smooth = scipy.fft.idct(smooth, norm="ortho", axis=1)
    flat = smooth + (clip - smooth) / np.repeat(taken, np.diff(BAND_EDGES))
    gains = detail_gains(clip, flat)
    np.testing.assert_allclose(gains, taken, rtol=0.1)
    again = restore_detail(flat, gains)
    partials, gaps = flat > smooth, flat < smooth - 0.02
    assert np.abs(again - clip)[partials].mean() < 0.1 * np.abs(flat - clip)[partials].mean()
    np.testing.assert_allclose(again[gaps], flat[gaps], atol=1e-6)


def test_gains_neither_lower_nor_raise_without_end(clip):
    np.testing.assert_array_equal(detail_gains(clip / 2, clip), 1)
    np.testing.assert_allclose(detail_gains(clip, clip / 5), MOST_GAIN)
    silent = np.zeros((10, 513), np.float32)
    assert np.isfinite(detail_gains(silent, silent)).all()
