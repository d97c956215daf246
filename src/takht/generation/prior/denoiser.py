"""A denoiser of windows of blocks: a Wiener filter, and what a network adds to it.

The filter is the best linear estimate of a stationary window: its DCT over the blocks, each number
weighted by how much of it is music at that noise level. The network is scaled by what the filter
leaves uncertain, so a network of 0 is the filter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.prior.network import Weights, residual

_LEAST_VARIANCE = 1e-4


@dataclass(frozen=True)
class Denoiser:
    """Estimates windows (n, window_blocks, latents) from windows with noise, in NumPy alone."""

    variances: NDArray[np.float32]  # (window_blocks, latents), of the DCT's rows
    weights: Weights

    @property
    def window_blocks(self) -> int:
        """Blocks of a window."""
        return len(self.variances)

    @property
    def latents(self) -> int:
        """Latents of a block."""
        return int(self.variances.shape[1])

    def denoise(
        self, noisy: Frames, sigma: float, composer: Frames, style: Frames
    ) -> NDArray[np.float32]:
        """Return the estimate of windows (n, window_blocks, latents) with noise of deviation sigma.

        `composer` (composers,) is 1 at one place, or 0 for none; `style` has shape (styles,).
        """
        linear, uncertain = estimate_linearly(noisy, sigma, self.variances)
        blocks = np.concatenate([noisy / np.float32(np.sqrt(1 + sigma**2)), linear], axis=-1)
        log_sigma = np.full((1, 1), np.log(sigma), np.float32)
        added = residual(np, self.weights, blocks, log_sigma, composer[None], style[None])
        dct = dct_matrix(self.window_blocks)
        return np.asarray(linear + dct.T @ (uncertain * (dct @ added)), np.float32)


def estimate_linearly(
    noisy: Frames, sigma: float, variances: NDArray[np.float32]
) -> tuple[Frames, NDArray[np.float32]]:
    """Return the Wiener estimate of windows (n, window_blocks, latents), and its uncertainty.

    The uncertainty is the standard deviation of the music about the estimate, of each frequency of
    the DCT, (window_blocks, latents).
    """
    dct = dct_matrix(len(variances))
    share = variances / (variances + np.float32(sigma**2))
    return dct.T @ (share * (dct @ noisy)), np.float32(sigma) * np.sqrt(share)


def dct_matrix(blocks: int) -> NDArray[np.float32]:
    """Return the orthonormal DCT (blocks, blocks), whose rows are its frequencies."""
    return np.asarray(scipy.fft.dct(np.eye(blocks), norm="ortho", axis=0), np.float32)


def fit_variances(batches: Iterable[Frames]) -> NDArray[np.float32]:
    """Return the variance (window_blocks, latents) of each frequency of the windows' DCT.

    Windows come in batches (n, window_blocks, latents). The variance is about 0, where music at
    unit scale has its mean.
    """
    total, count = np.zeros(1), 0
    for windows in batches:
        frequencies = dct_matrix(windows.shape[1]) @ windows
        total = total + np.sum(frequencies**2, axis=0, dtype=np.float64)
        count += len(windows)
    return np.asarray(np.maximum(total / count, _LEAST_VARIANCE), np.float32)
