"""A spectrogram as short overlapping blocks, without more numbers and without losing any.

A block reaches half a block into each neighbour under a sine window, so that decoded blocks blend
and do not meet at a seam. Folding is orthonormal: squared errors of blocks are squared errors of
the spectrogram. Malvar 1990.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames

Blocks = NDArray[np.float32]  # (blocks, block_frames, bins)


def fold(frames: Frames, block_frames: int) -> Blocks:
    """Return the blocks, shape (frames // block_frames, block_frames, bins).

    The numbers keep the unit of `frames` (frames, bins). `block_frames` is even. Frames at the
    end that fill no block are left out.
    """
    count, half = len(frames) // block_frames, block_frames // 2
    blocks = frames[: count * block_frames].reshape(count, block_frames, frames.shape[1]).copy()
    major, minor = _window(half)
    after = blocks[1:, :half].copy()
    before = blocks[:-1, -half:][:, ::-1].copy()
    blocks[1:, :half] = major * after + minor * before
    blocks[:-1, -half:] = (major * before - minor * after)[:, ::-1]
    return blocks


def unfold(blocks: Blocks) -> Frames:
    """Return the frames (blocks * block_frames, bins) behind the blocks, in their unit."""
    count, block_frames, bins = blocks.shape
    half = block_frames // 2
    frames = blocks.copy()
    major, minor = _window(half)
    after = blocks[1:, :half].copy()
    before = blocks[:-1, -half:][:, ::-1].copy()
    frames[1:, :half] = major * after - minor * before
    frames[:-1, -half:] = (minor * after + major * before)[:, ::-1]
    return frames.reshape(count * block_frames, bins)


def _window(half: int) -> tuple[Frames, Frames]:
    angle = np.pi / 4 * (1 + (np.arange(half, dtype=np.float32)[:, None] + 0.5) / half)
    return np.sin(angle), np.cos(angle)
