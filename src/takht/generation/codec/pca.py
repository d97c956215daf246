"""Principal components of a set of rows, such as mean spectra."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames

MeanSpectrum = NDArray[np.float32]  # (bins,), of a clip


@dataclass(frozen=True)
class Pca:
    """Principal components, each with a variance of 1 in the rows that they were fitted to."""

    mean: NDArray[np.float32]  # (numbers,)
    axes: NDArray[np.float32]  # (components, numbers), orthonormal rows
    deviations: NDArray[np.float32]  # (components,)

    def encode(self, rows: Frames) -> Frames:
        """Return codes (..., components), in standard deviations, of rows (..., numbers)."""
        return np.asarray((rows - self.mean) @ self.axes.T / self.deviations, np.float32)

    def decode(self, code: Frames) -> Frames:
        """Return rows (..., numbers) of codes (..., components) in standard deviations."""
        return np.asarray(self.mean + (code * self.deviations) @ self.axes, np.float32)


def fit_pca(rows: Frames, count: int) -> Pca:
    """Return `count` components of rows (n, numbers), in any unit: at most n - 1, at least one."""
    mean = rows.mean(axis=0)
    _, values, axes = np.linalg.svd(rows - mean, full_matrices=False)
    kept = min(count, max(len(rows) - 1, 1))
    deviations = np.maximum(values[:kept] / np.sqrt(max(len(rows) - 1, 1)), 1e-6)
    return Pca(mean.astype(np.float32), axes[:kept].astype(np.float32), deviations.astype("f"))
