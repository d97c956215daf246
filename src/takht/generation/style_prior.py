"""A prior over pieces in two steps: a style, which stays, and a course, which goes on.

A style is a colour, how much each latent moves, and a texture's levels. A course is a linear
recurrence of latents at unit scale (two blocks of the past, two running means); its innovations are
drawn from the residuals of training clips, so that they are as uneven and as coherent as music's.
Only single blocks of residuals are drawn, never a passage.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.generation.colours import Colour, ColourSpace
from takht.generation.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ
from takht.generation.texture import Texture
from takht.spectra import Frames

AVERAGES_BLOCKS = (6.0, 40.0)  # time constants of the running means: 2.2 s and 15 s
WARM_UP_BLOCKS = 64
LEAST_BLOCKS = 160  # of a course, so that its scale is measured on a minute
LOUDEST = 6.0  # deviations; no latent of music goes farther


@dataclass(frozen=True)
class StylePrior:
    """What was learnt of a corpus's composers; drawing takes NumPy alone."""

    composers: tuple[str, ...]
    labels: tuple[str, ...]
    colours: ColourSpace
    means: NDArray[np.float32]  # (composers, colours + styles), of colour codes and style scores
    root: NDArray[np.float32]  # (n, n), of the covariance within composers
    style_mean: NDArray[np.float32]  # (latents + LEVELS,), log scales and texture levels
    style_axes: NDArray[np.float32]  # (styles, latents + LEVELS)
    style_rest: NDArray[np.float32]  # (latents + LEVELS,), deviation of what axes leave out
    recurrence: NDArray[np.float32]  # (4 * latents, latents)
    residuals: NDArray[np.float32]  # (blocks, latents), of all training clips
    contours: NDArray[np.float32]  # (blocks, block_frames), of their textures
    clip_of_block: NDArray[np.int64]  # (blocks,), rising
    composer_of_clip: NDArray[np.int64]  # (clips,)
    own_share: float  # chance that innovations come from clips of the composer
    stay: float  # chance that the next one comes from the same clip

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return int(self.contours.shape[1])

    def draw(
        self, composer: int | None, seconds: float, rng: np.random.Generator
    ) -> tuple[Colour, Frames, Texture]:
        """Return colour, latents (blocks, latents) and texture of a piece of at least `seconds`.

        `composer` is a place in `composers`; None draws one too.
        """
        if composer is None:
            composer = int(rng.integers(len(self.composers)))
        count = len(self.colours.axes)
        latents = self.residuals.shape[1]
        code = self.means[composer] + self.root @ _normal(rng, len(self.root))
        style = self.style_mean + code[count:] @ self.style_axes
        # half of it: the rest is partly noise of estimates from a minute
        style = style + 0.5 * self.style_rest * _normal(rng, len(style))
        frames = 1 + seconds * SAMPLE_RATE_HZ / HOP_SAMPLES
        course, contour = self._course(composer, int(np.ceil(frames / self.block_frames)), rng)
        texture = Texture(style[latents:], contour, seed=int(rng.integers(2**32)))
        return self.colours.colour(code[:count]), course * np.exp(style[:latents]), texture

    def _course(
        self, composer: int, blocks: int, rng: np.random.Generator
    ) -> tuple[Frames, NDArray[np.float32]]:
        """Return latents at unit scale (blocks, latents), and the texture's contour (frames,)."""
        total = max(blocks, LEAST_BLOCKS) + WARM_UP_BLOCKS
        chosen = self._chosen(composer, total, rng)
        latents = self.residuals.shape[1]
        course = np.zeros((total, latents), np.float32)
        means = np.zeros((len(AVERAGES_BLOCKS), latents), np.float32)
        rates = 1 / np.array(AVERAGES_BLOCKS, np.float32)[:, None]
        before = previous = np.zeros(latents, np.float32)
        for t in range(total):
            past = np.concatenate([previous, before, means.ravel()])
            now = past @ self.recurrence + self.residuals[chosen[t]]
            course[t] = np.clip(now, -LOUDEST, LOUDEST)
            means += rates * (course[t] - means)
            before, previous = previous, course[t]
        course, chosen = course[WARM_UP_BLOCKS:], chosen[WARM_UP_BLOCKS:]
        course = (course - course.mean(axis=0)) / np.maximum(course.std(axis=0), 0.3)
        return course[:blocks], self.contours[chosen[:blocks]].ravel()

    def _chosen(self, composer: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return which training blocks innovations come from: for a while blocks of one clip."""
        own = np.flatnonzero(self.composer_of_clip == composer)
        ends = np.searchsorted(self.clip_of_block, np.arange(len(self.composer_of_clip) + 1))
        chosen = np.empty(count, np.int64)
        clip = -1
        for t in range(count):
            if clip < 0 or rng.random() > self.stay:
                homely = rng.random() < self.own_share
                clip = int(rng.choice(own) if homely else rng.integers(len(self.composer_of_clip)))
            chosen[t] = rng.integers(ends[clip], ends[clip + 1])
        return chosen


def regressors(course: Frames) -> Frames:
    """Return what each block of a course (blocks, latents) is predicted from, (blocks, 4 latents).

    The block before, the one before that, and the running means up to then.
    """
    before, last = np.zeros_like(course), np.zeros_like(course)
    last[1:], before[2:] = course[:-1], course[:-2]
    parts = [last, before]
    for length in AVERAGES_BLOCKS:
        means, running = np.zeros_like(course), np.zeros(course.shape[1], np.float32)
        for t in range(1, len(course)):
            running = running + (course[t - 1] - running) / np.float32(length)
            means[t] = running
        parts.append(means)
    return np.concatenate(parts, axis=1)


def _normal(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    return rng.standard_normal(count, dtype=np.float32)
