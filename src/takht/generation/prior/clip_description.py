"""A clip as the prior sees it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.residual_noise import describe_residual
from takht.generation.prior.pulses import Pulse, find_pulse

_QUIETEST = 0.02  # scale of a latent, in deviations of the corpus


@dataclass(frozen=True)
class ClipDescription:
    """What is known of a clip: its mean spectrum's code, latents, residual levels and pulse."""

    code: NDArray[np.float32]  # (spectrum_components,)
    latents: Frames  # (blocks, latents)
    levels: NDArray[np.float32]  # (LEVELS,), of the residual noise
    pulse: Pulse

    @property
    def scales(self) -> NDArray[np.float32]:
        """Return each latent's standard deviation, shape (latents,)."""
        return np.asarray(np.maximum(self.latents.std(axis=0), _QUIETEST), np.float32)

    @property
    def trajectory(self) -> Frames:
        """Return the latents with mean 0 and standard deviation 1, shape (blocks, latents)."""
        return np.asarray((self.latents - self.latents.mean(axis=0)) / self.scales, np.float32)


def describe_clip(codec: LappedPca, clip: Frames) -> ClipDescription:
    """Return a clip (frames, 513) in [0, 1] as the prior sees it."""
    mean_spectrum, latents = codec.encode(clip)
    decoded = codec.decode_unclipped(mean_spectrum, latents)
    levels = describe_residual(clip[: len(decoded)] - decoded)
    code = codec.spectrum_pca.encode(mean_spectrum)
    return ClipDescription(code, latents, levels, find_pulse(clip))
