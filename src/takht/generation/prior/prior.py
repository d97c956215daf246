"""A prior over pieces in two steps: a style and a pulse, which stay, and blocks, which go on.

A style is drawn about its composer's mean; a pulse is that of a clip of the composer. Blocks, a few
latents and the residual noise's loudness each, come out of noise by a denoiser.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.fine_detail import BANDS
from takht.generation.codec.pca import MeanSpectrum, Pca
from takht.generation.codec.residual_noise import ResidualNoise
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.pulses import Pulses
from takht.generation.prior.styles import Styles
from takht.generation.spectrogram.level_spectrogram import HOP_SAMPLES, SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Prior:
    """What was learnt of a corpus's composers; drawing takes NumPy alone."""

    composers: tuple[str, ...]
    labels: tuple[str, ...]
    spectrum_pca: Pca
    styles: Styles
    pulses: Pulses
    blocks: DenoisedBlocks
    fine_gains: NDArray[np.float32]  # (BANDS,), that give back what coding flattens
    residual_noise: float  # its amplitude: 1 is as strong as in the clips
    style_temperature: float  # of draws about a composer's mean: 1 is as wide as the clips are

    def draw(
        self, composer: int | None, seconds: float, rng: np.random.Generator
    ) -> tuple[MeanSpectrum, Frames, ResidualNoise]:
        """Return mean spectrum, latents (blocks, latents) and residual of `seconds` or more.

        `composer` is a place in `composers`; None draws one too.
        """
        if composer is None:
            composer = int(rng.integers(len(self.composers)))
        numbers, style = self.styles.draw(composer, self.style_temperature, rng)
        frames = 1 + seconds * SAMPLE_RATE_HZ / HOP_SAMPLES
        count = int(np.ceil(frames / self.blocks.block_frames))
        pulse = self.pulses.draw(composer, rng)
        standard = self.styles.standardise(numbers)
        drawn = self.blocks.draw(composer, standard, count, rng, pulse)
        latents = self.blocks.latents
        envelope = self.blocks.envelope_pca.decode(drawn[:, latents:])
        levels = style[latents:].copy()
        levels[:BANDS] += np.log(np.float32(self.residual_noise))
        return (
            self.spectrum_pca.decode(numbers[: len(self.spectrum_pca.axes)]),
            drawn[:, :latents] * np.exp(style[:latents]),
            ResidualNoise(levels, envelope.ravel(), int(rng.integers(2**32)), self.fine_gains),
        )
