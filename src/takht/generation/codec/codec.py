"""The codec: a lapped PCA, from spectrogram to mean spectrum and latents and back, in NumPy.

A clip is its mean spectrum, 513 numbers, and for each block a vector of latents. These are the
leading principal components of lapped blocks, divided by their standard deviations.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.pca import MeanSpectrum, Pca

FLOOR_STEPS = 4  # each takes less off the error than the one before; together up to 1 %


@dataclass(frozen=True)
class LappedPca:
    """Encoder and decoder: the principal components of lapped blocks, and of mean spectra.

    `decode` leaves `fine_gains` out, as they would raise the error of a reconstruction.
    """

    basis: LappedBasis
    spectrum_pca: Pca
    fine_gains: NDArray[np.float32]  # (BANDS,), for partials of new pieces

    @property
    def latents(self) -> int:
        """Latents of a block."""
        return len(self.basis.deviations)

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return self.basis.block_frames

    @property
    def sha256(self) -> str:
        """Return a hash of what latents and mean spectra depend on."""
        parts = (*vars(self.basis).values(), *vars(self.spectrum_pca).values())
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()

    def encode(self, frames: Frames) -> tuple[MeanSpectrum, Frames]:
        """Return mean spectrum (bins,) and latents (frames // block_frames, latents).

        `frames` has shape (frames, bins) and is in [0, 1]. A 0 means "0 or less", for what is
        decoded is held to the range: so cells at the floor are set to what the decoder would have
        there, and encoded again. No step raises the error of components without emphasis.
        """
        mean_spectrum = frames.mean(axis=0)
        latents = self._project(frames - mean_spectrum)
        for _ in range(FLOOR_STEPS):
            decoded = self.decode_unclipped(mean_spectrum, latents)
            known = frames[: len(decoded)]
            seen = np.where(known > 0, known, np.minimum(decoded, 0))
            latents = self._project(seen - mean_spectrum)
        return mean_spectrum, latents

    def decode(self, mean_spectrum: MeanSpectrum, latents: Frames) -> Frames:
        """Return frames, shape (blocks * block_frames, bins), in [0, 1]."""
        return np.asarray(np.clip(self.decode_unclipped(mean_spectrum, latents), 0, 1), np.float32)

    def decode_unclipped(self, mean_spectrum: MeanSpectrum, latents: Frames) -> Frames:
        """Return frames (blocks * block_frames, bins) as `decode` does, but not held to [0, 1]."""
        return self.basis.synthesise(latents * self.basis.deviations) + mean_spectrum

    def _project(self, centred: Frames) -> Frames:
        return self.basis.analyse(centred) / self.basis.deviations
