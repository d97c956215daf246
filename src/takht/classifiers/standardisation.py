"""Inputs brought to mean 0 and standard deviation 1, each band or coefficient by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Standardisation:
    """Mean and standard deviation of each band over training windows, float32 (bands,)."""

    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    def apply(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return windows (n, frames, bands) with mean 0 and standard deviation 1 per band."""
        return (windows - self.mean) / self.std


def fit_standardisation(batches: Iterable[NDArray[np.float32]]) -> Standardisation:
    """Return each band's mean and standard deviation over batches (windows, frames, bands).

    One batch is in memory at a time; the sums are float64. A band that never changes keeps its
    scale.
    """
    from sklearn.preprocessing import StandardScaler  # slow to import, and only training needs it

    scaler = StandardScaler()
    for windows in batches:
        scaler.partial_fit(windows.reshape(-1, windows.shape[-1]))
    return restore_standardisation(scaler.mean_, scaler.scale_)


def restore_standardisation(mean: Sequence[float], std: Sequence[float]) -> Standardisation:
    """Return the standardisation that was kept as two lists of numbers."""
    return Standardisation(np.asarray(mean, np.float32), np.asarray(std, np.float32))
