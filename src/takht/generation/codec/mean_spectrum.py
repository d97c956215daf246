"""The colour of a clip, which is its mean spectrum, as a few numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames

MeanSpectrum = NDArray[np.float32]  # (bands,)


@dataclass(frozen=True)
class SpectrumPca:
    """Principal components of the training clips' colours, of unit variance there."""

    mean: MeanSpectrum
    axes: NDArray[np.float32]  # (colours, bands), orthonormal rows
    deviations: NDArray[np.float32]  # (colours,)

    def code(self, colour: Frames) -> Frames:
        """Return codes, shape (..., colours), of colours, shape (..., bands)."""
        return np.asarray((colour - self.mean) @ self.axes.T / self.deviations, np.float32)

    def colour(self, code: Frames) -> Frames:
        """Return colours, shape (..., bands), of codes, shape (..., colours)."""
        return np.asarray(self.mean + (code * self.deviations) @ self.axes, np.float32)


def fit_spectrum_pca(colours: Frames, count: int) -> SpectrumPca:
    """Return the space of the clips' colours, shape (clips, bands); fewer axes of fewer clips."""
    mean = colours.mean(axis=0)
    _, values, axes = np.linalg.svd(colours - mean, full_matrices=False)
    kept = min(count, max(len(colours) - 1, 1))
    deviations = np.maximum(values[:kept] / np.sqrt(max(len(colours) - 1, 1)), 1e-6)
    return SpectrumPca(
        mean.astype(np.float32), axes[:kept].astype(np.float32), deviations.astype(np.float32)
    )
