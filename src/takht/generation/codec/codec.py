"""The temporal VAE in NumPy: spectrogram to mean spectrum and latents and back, without TensorFlow.

A clip is its mean spectrum, 256 numbers, and a vector of latents a block. Latents are near N(0, 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.pca import MeanSpectrum, Pca

Weights = Mapping[str, NDArray[np.float32]]

LOG_VARIANCE_MIN, LOG_VARIANCE_MAX = -10.0, 2.0
CONVOLUTIONS = 2  # of a context, over three blocks each
NORM_EPSILON = 1e-3
FLOOR_STEPS = 4  # each takes less off the error than the one before; together up to 1 %


@dataclass(frozen=True)
class VaeCodec:
    """Encoder and decoder: principal components, and what a network adds to them."""

    basis: LappedBasis
    spectrum_pca: Pca
    weights: Weights

    @property
    def latents(self) -> int:
        """Latents of a block."""
        return len(self.weights["decode_linear/kernel"])

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return self.basis.block_frames

    def encode(self, frames: Frames) -> tuple[MeanSpectrum, Frames, Frames]:
        """Return mean spectrum (bands,), mean and log-variance (frames // block_frames, latents).

        `frames` has shape (frames, bands) and is in [0, 1]. A 0 means "0 or less", for what is
        decoded is held to the range: so cells at the floor are set to what the decoder would have
        there, and encoded again. No step raises the error of components without emphasis.
        """
        mean_spectrum, seen = frames.mean(axis=0), frames
        mean, log_variance = self._posterior(seen - mean_spectrum)
        for _ in range(FLOOR_STEPS):
            decoded = self.decode_unclipped(mean_spectrum, mean)
            known = frames[: len(decoded)]
            seen = np.where(known > 0, known, np.minimum(decoded, 0))
            mean, log_variance = self._posterior(seen - mean_spectrum)
        return mean_spectrum, mean, log_variance

    def decode(self, mean_spectrum: MeanSpectrum, latents: Frames) -> Frames:
        """Return frames, shape (blocks * block_frames, bands), in [0, 1]."""
        return np.asarray(np.clip(self.decode_unclipped(mean_spectrum, latents), 0, 1), np.float32)

    def _posterior(self, centred: Frames) -> tuple[Frames, Frames]:
        coefficients = self.basis.analyse(centred) / self.basis.deviations
        hidden = _context(coefficients, self.weights, "encode_context")
        mean = _dense(coefficients, self.weights, "encode_linear")
        log_variance = _dense(hidden, self.weights, "encode_spread")
        return (
            mean + _dense(hidden, self.weights, "encode_more"),
            np.clip(log_variance, LOG_VARIANCE_MIN, LOG_VARIANCE_MAX),
        )

    def decode_unclipped(self, mean_spectrum: MeanSpectrum, latents: Frames) -> Frames:
        """Return frames (blocks * block_frames, bands) as `decode` does, but not held to [0, 1]."""
        code = np.broadcast_to(
            self.spectrum_pca.encode(mean_spectrum), (len(latents), len(self.spectrum_pca.axes))
        )
        seen = np.concatenate([latents, code], axis=1)
        hidden = _context(seen, self.weights, "decode_context")
        coefficients = _dense(latents, self.weights, "decode_linear")
        coefficients = coefficients + _dense(hidden, self.weights, "decode_more")
        return self.basis.synthesise(coefficients * self.basis.deviations) + mean_spectrum


def _dense(x: Frames, weights: Weights, name: str) -> Frames:
    return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


def _context(x: Frames, weights: Weights, name: str) -> Frames:
    """Return what convolutions over neighbouring blocks see, shape (blocks, width)."""
    for number in range(CONVOLUTIONS):
        kernel = weights[f"{name}/conv{number}/kernel"]  # (3, channels in, channels out)
        padded = np.pad(x, ((1, 1), (0, 0)))
        taps = [padded[tap : tap + len(x)] @ kernel[tap] for tap in range(3)]
        x = taps[0] + taps[1] + taps[2] + weights[f"{name}/conv{number}/bias"]
        x = x - x.mean(axis=1, keepdims=True)
        x = x / np.sqrt(x.var(axis=1, keepdims=True) + NORM_EPSILON)
        x = x * weights[f"{name}/norm{number}/gamma"] + weights[f"{name}/norm{number}/beta"]
        x = x / (1 + np.exp(-x))  # SiLU
    return x
