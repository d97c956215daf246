"""Frames of a wave are what is written of them, whatever the block they are computed in."""

import numpy as np
import pytest

from takht.core import spectra
from takht.core.randomness import rng_for
from takht.core.spectra import block_spectra, centred_starts, hann


def test_the_window_is_a_period_of_a_raised_cosine():
    expected = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(512) / 512)
    np.testing.assert_allclose(hann(512), expected, atol=1e-6)


@pytest.mark.parametrize("count", [1, 256, 257, 600])
def test_every_frame_has_the_spectrum_of_its_samples(count, monkeypatch):
    monkeypatch.setattr(spectra, "_BLOCK_SAMPLES", 256 * 64)  # 256 frames
    rng = rng_for(1)
    wave, starts = rng.normal(size=900).astype(np.float32), rng.integers(0, 900 - 64, count)
    found = np.zeros((count, 33), np.complex64)
    for part, spectrum in block_spectra(wave, starts, hann(64)):
        assert len(spectrum) <= 256
        found[part] += spectrum
    frames = np.stack([wave[start : start + 64] for start in starts]) * hann(64)
    turns = np.outer(np.arange(64), np.arange(33)) / 64
    np.testing.assert_allclose(found, frames @ np.exp(-2j * np.pi * turns), atol=1e-4)


@pytest.mark.parametrize(
    ("samples", "hop_samples", "starts"),
    [(2048, 512, [0, 512, 1024, 1536, 2048]), (2047, 512, [0, 512, 1024, 1536]),
     (10, 2.6, [0, 3, 5, 8]), (3, 4, [0])],
)  # fmt: skip
def test_frames_are_centred_on_hops(samples, hop_samples, starts):
    assert centred_starts(samples, hop_samples).tolist() == starts
