"""Blocks that a denoiser makes out of noise, knowing composer and style."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.prior.denoiser import Denoiser
from takht.generation.prior.sampling import draw_blocks, recover_noise

# Noise levels between which guidance acts; music has about 1. Above, it makes pieces too much
# alike; below, it is hardly needed (Kynkäänniemi et al. 2024). Chosen on validation recordings.
_LEAST_GUIDED, _MOST_GUIDED = 0.3, 3.0


@dataclass(frozen=True)
class DenoisedBlocks:
    """A denoiser of blocks of latents; NumPy alone."""

    denoiser: Denoiser
    deviations: NDArray[np.float32]  # (latents,), of what the denoiser draws, where music has 1
    composers: int
    guidance: float  # of composer and style: 1 as learnt, more exaggerates them
    temperature: float  # the first noise is that many times as strong as in training
    sampling_steps: int  # from noise to a piece

    def draw(self, composer: int, style: NDArray[np.float32], noise: Frames) -> NDArray[np.float32]:
        """Return latents (blocks, latents) at unit scale, made out of noise of that shape.

        The noise has variance 1, before `temperature`, and at least as many blocks as the
        denoiser's window.
        """
        one_hot = np.eye(self.composers, dtype=np.float32)[composer]

        def denoise(noisy: Frames, sigma: float) -> Frames:
            conditional = self.denoiser.denoise(noisy, sigma, one_hot, style)
            if not _LEAST_GUIDED <= sigma <= _MOST_GUIDED:
                return conditional
            unconditional = self._denoise_freely(noisy, sigma)
            return unconditional + np.float32(self.guidance) * (conditional - unconditional)

        return self._draw(denoise, noise)

    def draw_freely(self, noise: Frames) -> NDArray[np.float32]:
        """Return latents as `draw` does, of no composer and no style in particular.

        The noise may be shorter than a window.
        """
        return self._draw(self._denoise_freely, self._fill(noise))[: len(noise)]

    def recover_noise(self, trajectory: Frames) -> Frames:
        """Return the noise (blocks, latents) out of which `draw_freely` makes a trajectory, nearly.

        The trajectory (blocks, latents) has unit scale; it may be shorter than a window.
        """
        filled, window = self._fill(trajectory * self.deviations), self.denoiser.window_blocks
        noise = recover_noise(self._denoise_freely, filled, window, self.sampling_steps)
        return noise[: len(trajectory)] / np.float32(self.temperature)

    def _draw(
        self, denoise: Callable[[Frames, float], Frames], noise: Frames
    ) -> NDArray[np.float32]:
        noise, window = np.float32(self.temperature) * noise, self.denoiser.window_blocks
        return draw_blocks(denoise, noise, window, self.sampling_steps) / self.deviations

    def _denoise_freely(self, noisy: Frames, sigma: float) -> NDArray[np.float32]:
        styles = len(self.denoiser.weights["style/kernel"])
        nobody, none = np.zeros(self.composers, np.float32), np.zeros(styles, np.float32)
        return self.denoiser.denoise(noisy, sigma, nobody, none)

    def _fill(self, blocks: Frames) -> Frames:
        """Return blocks (blocks, latents), mirrored at the end where they fill no window."""
        lacking = max(0, self.denoiser.window_blocks - len(blocks))
        return np.pad(blocks, ((0, lacking), (0, 0)), mode="symmetric")
