"""A prior over pieces in two steps: a style, which stays, and a trajectory, which goes on.

A style is a mean spectrum, how much each latent moves, and a residual noise's levels: Gaussian
about its composer's mean. A trajectory goes from block to block as music of that composer does:
what follows is the successor of one of the training blocks most like the present one, never of that
block itself, so that no two blocks follow one another as they did. Efros & Leung 1999, for residual
noise; Schödl et al. 2000, for video. A linear recurrence of equal latents blurs what pitch is
heard, and less of it is taken for its composer's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.mean_spectrum import MeanSpectrum, SpectrumPca
from takht.generation.codec.residual_noise import BAND_GROUPS, ResidualNoise
from takht.generation.spectrogram.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ

MIN_BLOCKS = 160  # of a trajectory, so that its scale is measured on a minute
_APART_BLOCKS = 4  # from a block, within which another is the same moment


@dataclass(frozen=True)
class StylePrior:
    """What was learnt of a corpus's composers; drawing takes NumPy alone."""

    composers: tuple[str, ...]
    labels: tuple[str, ...]
    spectrum_pca: SpectrumPca
    means: NDArray[np.float32]  # (composers, components + styles), of spectrum and style scores
    root: NDArray[np.float32]  # (n, n), of the covariance within composers
    style_mean: NDArray[np.float32]  # (latents + LEVELS,), log scales and residual noise levels
    style_axes: NDArray[np.float32]  # (styles, latents + LEVELS)
    style_rest: NDArray[np.float32]  # (latents + LEVELS,), deviation of what axes leave out
    trajectories: NDArray[np.float32]  # (blocks, latents), of all training clips, at unit scale
    envelopes: NDArray[np.float32]  # (blocks, block_frames), of their residual noise
    compared: NDArray[np.float32]  # (leading,), weights of the latents by which blocks are alike
    clip_of_block: NDArray[np.int64]  # (blocks,), rising
    composer_of_clip: NDArray[np.int64]  # (clips,)
    fine_gains: NDArray[np.float32]  # (4,), that give back what coding takes from fine structure
    residual: float  # of the residual noise's amplitude: 1 is as strong as in the clips
    persistence: float  # share of a block that lives on in the next, for trajectories to be as slow
    style_temperature: float  # of draws about a composer's mean: 1 is as wide as the clips are
    neighbours: int  # among whose successors the next block is drawn

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return int(self.envelopes.shape[1])

    def draw(
        self, composer: int | None, seconds: float, rng: np.random.Generator
    ) -> tuple[MeanSpectrum, Frames, ResidualNoise]:
        """Return mean spectrum, latents (blocks, latents) and residual of `seconds` or more.

        `composer` is a place in `composers`; None draws one too.
        """
        if composer is None:
            composer = int(rng.integers(len(self.composers)))
        count, latents = len(self.spectrum_pca.axes), self.trajectories.shape[1]
        away = self.style_temperature * self.root @ _normal(rng, len(self.root))
        code = self.means[composer] + away
        style = self.style_mean + code[count:] @ self.style_axes
        # half of it: the rest is partly noise of estimates from a minute
        style = style + 0.5 * self.style_rest * _normal(rng, len(style))
        blocks = int(np.ceil((1 + seconds * SAMPLE_RATE_HZ / HOP_SAMPLES) / self.block_frames))
        walk = self.walk(composer, max(blocks, MIN_BLOCKS), rng)
        trajectory = ar1_smooth(self.trajectories[walk], self.persistence)
        trajectory = (trajectory - trajectory.mean(axis=0)) / np.maximum(
            trajectory.std(axis=0), 0.3
        )
        envelope = self.envelopes[walk[:blocks]].ravel()
        levels = style[latents:].copy()
        levels[:BAND_GROUPS] += np.log(np.float32(self.residual))
        residual = ResidualNoise(levels, envelope, int(rng.integers(2**32)), self.fine_gains)
        return (
            self.spectrum_pca.decode(code[:count]),
            trajectory[:blocks] * np.exp(style[:latents]),
            residual,
        )

    def walk(self, composer: int, blocks: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return a path through the composer's blocks, (blocks,): places in `trajectories`."""
        own = np.flatnonzero(self.composer_of_clip[self.clip_of_block] == composer)
        own = own[:-1][np.diff(self.clip_of_block[own]) == 0]  # those with a successor
        alike = self.trajectories[own, : len(self.compared)] * self.compared
        count = min(self.neighbours, max(1, len(own) // 10))
        walk = np.empty(blocks, np.int64)
        place = int(rng.choice(own))
        for t in range(blocks):
            walk[t] = place
            here = self.trajectories[place, : len(self.compared)] * self.compared
            distances = np.sum((alike - here) ** 2, axis=1)
            distances[np.abs(own - place) < _APART_BLOCKS] = np.inf
            near = np.argpartition(distances, count)[:count]
            place = int(own[rng.choice(np.sort(near))]) + 1
        return walk


def ar1_smooth(trajectory: Frames, persistence: float) -> Frames:
    """Return a trajectory (blocks, latents), in its unit, each block faded over the next ones."""
    slow = trajectory.copy()
    for t in range(1, len(slow)):
        slow[t] += np.float32(persistence) * slow[t - 1]
    return slow


def _normal(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    return rng.standard_normal(count, dtype=np.float32)
