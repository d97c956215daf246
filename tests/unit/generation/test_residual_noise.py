"""Residual noise has the levels it was asked for, and nothing that a codec can say."""

import numpy as np
import pytest
from generation_corpus import spectrogram
from scipy.signal import lfilter

from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.fine_detail import BANDS, BINS
from takht.generation.codec.residual_noise import (
    GROUPS,
    describe_residual,
    draw_noise,
)

FRAMES = 640


@pytest.fixture(scope="module")
def basis():
    rng = np.random.default_rng(1)
    clips = [spectrogram(rng, np.zeros(BINS), 400) for _ in range(3)]
    plain = emphasis(BINS, low=0.4, level=1.5)
    return fit_basis(clips, plain, block_frames=32, components=8)


def noise(rms: float, past: float, seed: int = 2) -> np.ndarray:
    """Noise of a process of order 1 in time, twice as loud in the upper bands, (FRAMES, BINS)."""
    white = np.random.default_rng(seed).normal(size=(FRAMES + 100, BINS))
    made = lfilter([rms * np.sqrt(1 - past**2)], [1, -past], white, axis=0)[100:]
    return (made * np.repeat([1, 2], [141, BINS - 141])).astype(np.float32)


def draw(levels: np.ndarray, basis, frames: int = FRAMES, seed: int = 3) -> np.ndarray:
    return draw_noise(levels, basis, frames, np.random.default_rng(seed))


def test_levels_are_those_of_a_known_process():
    bands, rms, memory, skewness = np.split(
        describe_residual(noise(0.03, 0.6)), np.cumsum([BANDS, GROUPS, GROUPS])
    )
    np.testing.assert_allclose(bands[:8], np.log(0.03), atol=0.1)
    np.testing.assert_allclose(bands[8:], np.log(0.06), atol=0.1)
    np.testing.assert_allclose(rms, 0, atol=0.2)
    np.testing.assert_allclose(np.tanh(memory), 0.6, atol=0.1)
    assert abs(float(skewness[0])) < 0.1


def test_a_loud_half_changes_the_levels_of_all_bands_alike():
    loud = np.where(np.arange(FRAMES) < FRAMES // 2, 1.0, 4.0)[:, None]
    levels = describe_residual((noise(0.02, 0) * loud).astype(np.float32))
    even = describe_residual(noise(0.02, 0))
    np.testing.assert_allclose(levels[:BANDS] - even[:BANDS], np.log(8.5) / 2, atol=0.05)
    np.testing.assert_allclose(levels[BANDS:], even[BANDS:], atol=0.1)


@pytest.mark.parametrize("past", [0.0, 0.7])
def test_drawn_noise_has_the_levels(basis, past):
    wanted = describe_residual(noise(0.03, past))
    drawn = draw(wanted, basis)
    assert drawn.shape == (FRAMES, BINS)
    found = describe_residual(drawn)
    # the first few quefrencies are the codec's
    shape = [level - level[1] for level in (found[:BANDS], wanted[:BANDS])]
    np.testing.assert_allclose(*shape, atol=0.2)
    assert np.abs(found - wanted)[BANDS + GROUPS + 3 : -1].max() < 0.25


def test_a_codec_would_not_see_it(basis):
    drawn = draw(describe_residual(noise(0.03, 0.5)), basis)
    assert np.abs(basis.analyse(drawn)).max() < 1e-3
    assert drawn.std() > 0.01


def test_the_generator_alone_decides(basis):
    levels = describe_residual(noise(0.03, 0.5))
    assert np.array_equal(draw(levels, basis), draw(levels, basis))
    assert not np.allclose(draw(levels, basis), draw(levels, basis, seed=4), atol=0.01)


def test_silence_has_levels_too(basis):
    levels = describe_residual(np.zeros((64, BINS), np.float32))
    assert np.isfinite(levels).all()
    assert np.abs(draw(levels, basis, frames=64)).max() < 0.01
