"""Blocks that a denoiser makes out of noise, knowing composer and style."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.prior.denoiser import Denoiser
from takht.generation.prior.sampling import draw_blocks


@dataclass(frozen=True)
class DenoisedBlocks:
    """A denoiser of blocks of latents; NumPy alone."""

    denoiser: Denoiser
    deviations: NDArray[np.float32]  # (latents,), of what the denoiser draws, where music has 1
    composers: int
    guidance: float  # of composer and style: 1 as learnt, more exaggerates them
    sampling_steps: int  # from noise to a piece

    def draw(self, composer: int, style: NDArray[np.float32], noise: Frames) -> NDArray[np.float32]:
        """Return latents (blocks, latents) at unit scale, made out of noise of that shape.

        The noise has variance 1 and at least as many blocks as the denoiser's window.
        """
        one_hot = np.eye(self.composers, dtype=np.float32)[composer]

        def denoise(noisy: Frames, sigma: float) -> Frames:
            unconditional = self.denoiser.denoise(noisy, sigma, 0 * one_hot, 0 * style)
            if not self.guidance:
                return unconditional
            conditional = self.denoiser.denoise(noisy, sigma, one_hot, style)
            return unconditional + np.float32(self.guidance) * (conditional - unconditional)

        window = self.denoiser.window_blocks
        return draw_blocks(denoise, noise, window, self.sampling_steps) / self.deviations
