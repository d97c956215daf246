"""A prior over pieces in two steps: a style and a pulse, which stay, and blocks, which go on.

A style is drawn about its composer's mean; a pulse is that of a clip of the composer. Blocks, a few
latents each, come out of noise by a denoiser.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.fine_detail import BANDS
from takht.generation.codec.pca import MeanSpectrum
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.pulses import Pulses, draw_recurring_noise
from takht.generation.prior.styles import Styles
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ


@dataclass(frozen=True)
class Prior:
    """What was learnt of a corpus's composers; drawing takes NumPy alone."""

    composers: tuple[str, ...]
    labels: tuple[str, ...]
    codec: LappedPca  # whose latents it draws
    styles: Styles
    pulses: Pulses
    blocks: DenoisedBlocks
    residual_noise: float  # its amplitude: 1 is as strong as in the clips
    style_temperature: float  # of draws about a composer's mean: 1 is as wide as the clips are

    def draw(
        self, composer: int | None, seconds: float, rng: np.random.Generator
    ) -> tuple[MeanSpectrum, Frames, NDArray[np.float32]]:
        """Return mean spectrum, latents (blocks, latents) of `seconds` or more, and noise levels.

        The levels (LEVELS,) are those of the residual noise. `composer` is a place in `composers`;
        None draws one too. A piece has at least as many blocks as the denoiser's window.
        """
        if composer is None:
            composer = int(rng.integers(len(self.composers)))
        numbers, style = self.styles.draw(composer, self.style_temperature, rng)
        pulse = self.pulses.draw(composer, rng)
        blocks = int(np.ceil((1 + seconds * FRAME_RATE_HZ) / self.codec.block_frames))
        blocks = max(blocks, self.blocks.denoiser.window_blocks)
        noise = draw_recurring_noise(self.codec.basis, blocks, pulse, rng)
        drawn = self.blocks.draw(composer, self.styles.standardise(numbers), noise)
        mean_spectrum = self.codec.spectrum_pca.decode(numbers[: len(self.codec.spectrum_pca.axes)])
        log_scales, levels = np.split(style, [self.codec.latents])
        return mean_spectrum, drawn * np.exp(log_scales), self.soften(levels)

    def soften(self, levels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return levels (LEVELS,) of a noise that is `residual_noise` times as strong."""
        amplitude = np.where(np.arange(len(levels)) < BANDS, self.residual_noise, 1)
        return levels + np.log(amplitude, dtype=np.float32)
