"""Blocks that a denoiser makes out of noise, knowing composer and style."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.pca import Pca
from takht.generation.prior.denoiser import Denoiser
from takht.generation.prior.pulses import NO_PULSE, Pulse
from takht.generation.prior.sampling import draw_blocks


@dataclass(frozen=True)
class DenoisedBlocks:
    """A denoiser, and what turns the numbers that it draws into blocks; NumPy alone."""

    denoiser: Denoiser
    envelope_pca: Pca  # of the residual noise's loudness in a block: (n, block_frames)
    deviations: NDArray[np.float32]  # (numbers,), of what the denoiser draws, where music has 1
    composers: int
    guidance: float  # of composer and style: 1 as learnt, more exaggerates them
    sampling_steps: int  # from noise to a piece

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return len(self.envelope_pca.mean)

    @property
    def latents(self) -> int:
        """Latents of a block."""
        return self.denoiser.numbers - len(self.envelope_pca.axes)

    def draw(
        self,
        composer: int,
        style: NDArray[np.float32],
        blocks: int,
        rng: np.random.Generator,
        pulse: Pulse = NO_PULSE,
    ) -> NDArray[np.float32]:
        """Return numbers (blocks, numbers): latents at unit scale, then codes of `envelope_pca`."""
        one_hot = np.eye(self.composers, dtype=np.float32)[composer]

        def denoise(noisy: Frames, sigma: float) -> Frames:
            unconditional = self.denoiser.denoise(noisy, sigma, 0 * one_hot, 0 * style)
            if not self.guidance:
                return unconditional
            conditional = self.denoiser.denoise(noisy, sigma, one_hot, style)
            return unconditional + np.float32(self.guidance) * (conditional - unconditional)

        shape = blocks, self.denoiser.numbers
        window = self.denoiser.window_blocks
        drawn = draw_blocks(denoise, shape, window, self.sampling_steps, rng, pulse)
        return drawn / self.deviations
