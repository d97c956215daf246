"""The baseline of the codec: plain principal components of blocks that do not overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import leading_eigenvectors

SPECTRA = 80  # more of them do not change the error of a few hundred latents a second


@dataclass(frozen=True)
class BlockPca:
    """Principal components of blocks that do not overlap, about their mean; leading ones first."""

    mean: NDArray[np.float32]  # (bins,)
    spectra: NDArray[np.float32]  # (bins, spectra), orthonormal columns
    centre: NDArray[np.float32]  # (block_frames * spectra,), the mean block
    components: NDArray[np.float32]  # (block_frames * spectra, latents), orthonormal columns

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return len(self.centre) // int(self.spectra.shape[1])

    def encode(self, frames: Frames) -> Frames:
        """Return latents (frames // block_frames, latents) of frames (frames, bins) in [0, 1]."""
        reduced = np.asarray((frames - self.mean) @ self.spectra, np.float32)
        rows = _blocks(reduced, self.block_frames) - self.centre
        return np.asarray(rows @ self.components, np.float32)

    def decode(self, latents: Frames) -> Frames:
        """Return frames, shape (blocks * block_frames, bins), held to [0, 1]."""
        rows = latents @ self.components.T + self.centre
        frames = rows.reshape(-1, self.spectra.shape[1]) @ self.spectra.T
        return np.asarray(np.clip(frames + self.mean, 0, 1), np.float32)

    def reconstruct(self, frames: Frames) -> Frames:
        """Return frames (frames, bins) as their latents keep them, in [0, 1], in whole blocks."""
        return self.decode(self.encode(frames))


def fit_block_pca(
    clips: Sequence[Frames], *, block_frames: int, latents: int, spectra: int = SPECTRA
) -> BlockPca:
    """Return the components of clips (frames, bins) in [0, 1], which are read one at a time.

    Frames are first reduced to their own leading principal components, `spectra`, without which
    the covariance of a block of 513 bins would not fit a laptop; with all of them it is exact.
    """
    total = sum(len(clip) for clip in clips)
    mean = sum(clip.sum(axis=0, dtype=np.float64) for clip in clips) / total
    mean = np.asarray(mean, np.float32)
    scatter = sum((clip - mean).T @ (clip - mean) for clip in clips)
    basis = leading_eigenvectors(np.asarray(scatter), spectra)[1]

    size = block_frames * basis.shape[1]
    centre, scatter, count = np.zeros(size), np.zeros((size, size), np.float32), 0
    for clip in clips:
        rows = _blocks((clip - mean) @ basis, block_frames)
        centre += rows.sum(axis=0)
        scatter += rows.T @ rows
        count += len(rows)
    centre /= count
    components = leading_eigenvectors(scatter - count * np.outer(centre, centre), latents)[1]
    return BlockPca(mean, basis, centre.astype(np.float32), components)


def _blocks(frames: Frames, block_frames: int) -> Frames:
    count = len(frames) // block_frames
    return frames[: count * block_frames].reshape(count, -1)
