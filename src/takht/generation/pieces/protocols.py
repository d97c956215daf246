"""What models must do to be sampled and measured; how they do it is theirs."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.pca import MeanSpectrum


class ComposerPrior(Protocol):
    """A prior over latent sequences that knows composers."""

    @property
    def codec(self) -> LappedPca:
        """The codec of the latents."""

    @property
    def composers(self) -> Sequence[str]:
        """Folders of the composers, in the order of their numbers."""

    @property
    def labels(self) -> Sequence[str]:
        """How their names are shown."""

    def draw(
        self, composer: int | None, seconds: float, rng: np.random.Generator
    ) -> tuple[MeanSpectrum, Frames, NDArray[np.float32]]:
        """Return mean spectrum, latents (blocks, latents) of `seconds` or more, and noise levels.

        The levels (LEVELS,) are those of the residual noise.
        """


class WindowModel(Protocol):
    """The original's model: a window of spectrogram (256, 512) as so many latents."""

    def encode(self, windows: Frames) -> tuple[Frames, ...]:
        """Return mean and log-variance, each (n, latents), of windows (n, 256, 512) in [0, 1]."""

    def decode(self, latents: Frames) -> Frames:
        """Return windows (n, 256, 512) in [0, 1]."""
