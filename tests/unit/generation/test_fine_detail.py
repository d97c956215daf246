"""What coding flattens is measured, and given back."""

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


def test_gains_are_what_was_taken_and_give_it_back(clip):
    taken = np.linspace(1.1, 2.5, BANDS).astype(np.float32)
    smooth = quefrencies(clip)
    smooth[:, SMOOTH_QUEFRENCIES:] = 0
    smooth = scipy.fft.idct(smooth, norm="ortho", axis=1)
    flat = smooth + (clip - smooth) / np.repeat(taken, np.diff(BAND_EDGES))
    gains = detail_gains(clip, flat)
    np.testing.assert_allclose(gains, taken, rtol=0.1)
    again = restore_detail(flat, gains)
    assert np.abs(again - clip).mean() < 0.1 * np.abs(flat - clip).mean()


def test_gains_neither_lower_nor_raise_without_end(clip):
    np.testing.assert_array_equal(detail_gains(clip / 2, clip), 1)
    np.testing.assert_allclose(detail_gains(clip, clip / 5), MOST_GAIN)
    silent = np.zeros((10, 513), np.float32)
    assert np.isfinite(detail_gains(silent, silent)).all()


def test_the_smooth_spectrum_stays(clip):
    raised = restore_detail(clip, np.full(BANDS, 1.5, np.float32))
    before, after = (quefrencies(frames)[:, :SMOOTH_QUEFRENCIES] for frames in (clip, raised))
    np.testing.assert_allclose(after, before, atol=1e-4)
