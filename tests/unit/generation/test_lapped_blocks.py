"""Folding loses nothing, adds nothing, and leaves no seam."""

import numpy as np
import pytest

from takht.generation.codec.lapped_blocks import fold, unfold


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(203, 7)).astype(np.float32)


@pytest.mark.parametrize("block_frames", [2, 8, 32])
def test_unfold_gives_the_frames_back(frames, block_frames):
    blocks = fold(frames, block_frames)
    whole = 203 // block_frames * block_frames
    assert blocks.shape == (203 // block_frames, block_frames, 7)
    np.testing.assert_allclose(unfold(blocks), frames[:whole], atol=1e-6)


def test_folding_is_orthonormal(frames):
    """Its matrix, found by folding every unit vector, times its transpose is the identity."""
    units = np.eye(64, dtype=np.float32)
    matrix = np.stack([fold(unit[:, None], 16).ravel() for unit in units])
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(64), atol=1e-6)
    whole = frames[:200]
    assert np.sum(fold(whole, 8) ** 2) == pytest.approx(np.sum(whole**2), rel=1e-5)


def test_a_block_fades_into_its_neighbours_without_a_cliff():
    """One block's slowest cosine (type IV) reaches half a block each way, in steps of a bump's."""
    blocks = np.zeros((5, 16, 1), np.float32)
    blocks[2, :, 0] = np.cos(np.pi / 16 * (np.arange(16) + 0.5) * 0.5)
    bump = unfold(blocks)[:, 0]
    assert bump[:24] == pytest.approx(np.zeros(24), abs=1e-6)
    assert bump[56:] == pytest.approx(np.zeros(24), abs=1e-6)
    assert np.abs(bump[24:56]).min() > 0
    assert np.abs(np.diff(bump)).max() < 0.25
    assert np.abs(np.diff(blocks.ravel())).max() > 0.9  # as it would be without lapping


def test_fewer_frames_than_a_block_are_no_block():
    assert fold(np.zeros((5, 3), np.float32), 8).shape == (0, 8, 3)
