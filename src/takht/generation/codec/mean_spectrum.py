"""The mean spectrum of a clip, which is its mean spectrum, as a few numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames

MeanSpectrum = NDArray[np.float32]  # (bands,)


@dataclass(frozen=True)
class SpectrumPca:
    """Principal components of the training clips' mean spectra, of unit variance there."""

    mean: MeanSpectrum
    axes: NDArray[np.float32]  # (spectrum_components, bands), orthonormal rows
    deviations: NDArray[np.float32]  # (spectrum_components,)

    def encode(self, spectra: Frames) -> Frames:
        """Return codes (..., components), in standard deviations, of mean spectra (..., bands)."""
        return np.asarray((spectra - self.mean) @ self.axes.T / self.deviations, np.float32)

    def decode(self, code: Frames) -> Frames:
        """Return mean spectra (..., bands) of codes (..., components) in standard deviations."""
        return np.asarray(self.mean + (code * self.deviations) @ self.axes, np.float32)


def fit_spectrum_pca(spectra: Frames, count: int) -> SpectrumPca:
    """Return the components of mean spectra (clips, bands) in [0, 1]: at most as many as clips."""
    mean = spectra.mean(axis=0)
    _, values, axes = np.linalg.svd(spectra - mean, full_matrices=False)
    kept = min(count, max(len(spectra) - 1, 1))
    deviations = np.maximum(values[:kept] / np.sqrt(max(len(spectra) - 1, 1)), 1e-6)
    return SpectrumPca(
        mean.astype(np.float32), axes[:kept].astype(np.float32), deviations.astype(np.float32)
    )
