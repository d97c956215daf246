"""Principal components of lapped blocks: a spectrogram as a few numbers a block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.lapped_blocks import fold, unfold

_SPECTRA = 80  # spectral components; more do not lower the error on held-out music
NYQUIST_HZ = 11_025
PITCH_HZ = 2000  # where most partials lie below
_GRIDS = 4  # places of the first block from which a clip is cut


@dataclass(frozen=True)
class LappedBasis:
    """Spectral components first, then their trajectory over a block; both orthonormal."""

    analysis: NDArray[np.float32]  # (bins, spectra), the emphasis included
    synthesis: NDArray[np.float32]  # (spectra, bins), its inverse
    temporal_components: NDArray[np.float32]  # (block_frames * spectra, components)
    deviations: NDArray[np.float32]  # (components,), root mean squares of the training clips

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return len(self.temporal_components) // len(self.synthesis)

    def analyse(self, centred: Frames) -> Frames:
        """Return coefficients (blocks, components) of frames (frames, bins) without their mean.

        In frames, 1 is the whole dB range.
        """
        return self.project(centred @ self.analysis)

    def project(self, spectra: Frames) -> Frames:
        """Return coefficients (blocks, components) of spectral components (frames, spectra)."""
        blocks = fold(spectra, self.block_frames)
        return blocks.reshape(len(blocks), -1) @ self.temporal_components

    def synthesise(self, coefficients: Frames) -> Frames:
        """Return centred frames, shape (blocks * block_frames, bins), from coefficients.

        `coefficients` has shape (blocks, components). In frames, 1 is the whole dB range.
        """
        return self.unproject(coefficients) @ self.synthesis

    def unproject(self, coefficients: Frames) -> Frames:
        """Return spectral components (frames, spectra) of coefficients (blocks, components)."""
        blocks = coefficients @ self.temporal_components.T
        return unfold(blocks.reshape(len(blocks), self.block_frames, -1))


def emphasis(bins: int, *, low: float, level: float) -> NDArray[np.float32]:
    """Return factors that weight errors by their effect on the ear, matrix (bins, bins).

    Bins are evenly spaced from 0 to 11,025 Hz. Above 2 kHz, a higher bin counts less, as bins come
    closer on the ear's scale. `low` raises those below, where pitch is heard; `level` the mean of
    all, whose trajectory is the rhythm.
    """
    relative = np.linspace(0, NYQUIST_HZ, bins) / PITCH_HZ
    bright = 1 + low / (1 + np.exp((relative - 1) * 8))
    bright /= np.sqrt(np.maximum(relative, 1))
    return np.asarray(np.diag(bright) @ (np.eye(bins) + level / bins), np.float32)


def fit_basis(
    clips: Sequence[Frames],
    weighting: NDArray[np.float32],
    *,
    block_frames: int,
    components: int,
) -> LappedBasis:
    """Return the basis of clips (frames, bins) in [0, 1], about each clip's own mean.

    `weighting` has shape (bins, bins). The clips are read twice, one at a time.
    """
    bins = len(weighting)
    scatter = np.zeros((bins, bins))
    for clip in clips:
        weighted = (clip - clip.mean(axis=0)) @ weighting
        scatter += weighted.T @ weighted
    spectra = leading_eigenvectors(scatter, _SPECTRA)[1]
    analysis = weighting @ spectra
    size = block_frames * spectra.shape[1]
    blocks, count = np.zeros((size, size), np.float32), 0
    for clip in clips:
        projected = (clip - clip.mean(axis=0)) @ analysis
        for start in range(0, block_frames, block_frames // _GRIDS):
            rows = fold(projected[start:], block_frames).reshape(-1, size)
            blocks += rows.T @ rows
            count += len(rows)
    values, temporal_components = leading_eigenvectors(blocks / count, components)
    return LappedBasis(
        analysis=analysis,
        synthesis=np.asarray(spectra.T @ np.linalg.inv(weighting), np.float32),
        temporal_components=temporal_components,
        deviations=np.sqrt(np.maximum(values, 1e-12)).astype(np.float32),
    )


def leading_eigenvectors(
    covariance: NDArray[np.floating], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the greatest eigenvalues (count,), falling, and their unit vectors (n, count).

    `covariance` has shape (n, n); the values have its unit.

    A vector's largest entry is positive. Of fewer than `count` dimensions, all are returned.
    """
    size = len(covariance)
    count = min(count, size)
    values, vectors = scipy.linalg.eigh(covariance, subset_by_index=[size - count, size - 1])
    vectors = vectors[:, ::-1]
    largest = np.argmax(np.abs(vectors), axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(count)])
    return values[::-1].astype(np.float32), np.ascontiguousarray(vectors, dtype=np.float32)
