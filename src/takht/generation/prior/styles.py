"""The style of a piece, which stays: Gaussian about its composer's mean.

It is a mean spectrum, how much each latent moves, and a residual noise's levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.generation.prior.clip_description import ClipDescription
from takht.generation.prior.settings import PriorModel

_LEVEL_WEIGHT = 3.0  # of a residual noise level over a latent's scale: they are few, and heard


@dataclass(frozen=True)
class Styles:
    """What was learnt of the composers' styles."""

    means: NDArray[np.float32]  # (composers, numbers), of mean spectrum codes and style scores
    root: NDArray[np.float32]  # (numbers, numbers), of the covariance within composers
    mean: NDArray[np.float32]  # (latents + LEVELS,), log scales and residual noise levels
    axes: NDArray[np.float32]  # (scores, latents + LEVELS)
    rest: NDArray[np.float32]  # (latents + LEVELS,), deviation of what the axes leave out
    centre: NDArray[np.float32]  # (numbers,), of all clips
    spread: NDArray[np.float32]  # (numbers,), deviation of all clips

    def draw(
        self, composer: int, temperature: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return a style: its numbers (numbers,), and what they stand for, (latents + LEVELS,).

        The numbers are a code of the mean spectrum, then scores of the style's components. What
        they stand for are the logarithms of the latents' scales, then the residual noise's levels.
        At temperature 1, styles are spread as those of the composer's clips.
        """
        away = self.root @ rng.standard_normal(len(self.root), dtype=np.float32)
        numbers = self.means[composer] + np.float32(temperature) * away
        style = self.mean + numbers[-len(self.axes) :] @ self.axes
        # half of it: the rest is partly noise of estimates from a minute
        style = style + 0.5 * self.rest * rng.standard_normal(len(style), dtype=np.float32)
        return numbers, np.asarray(style, np.float32)

    def standardise(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return styles (..., numbers) with mean 0 and standard deviation 1 over all clips."""
        return np.asarray((numbers - self.centre) / self.spread, np.float32)

    def read_numbers(self, clips: Sequence[ClipDescription]) -> NDArray[np.float32]:
        """Return the numbers of each clip's own style, shape (clips, numbers)."""
        away, weights = _style_table(clips)
        scores = (away - self.mean) @ (self.axes * weights**2).T
        return np.concatenate([np.stack([clip.code for clip in clips]), scores], axis=1)


def fit_styles(
    clips: Sequence[ClipDescription],
    composer_of_clip: NDArray[np.int64],
    composers: int,
    settings: PriorModel,
) -> Styles:
    """Return the styles of clips, `composer_of_clip` (clips,) being from 0 on.

    Composers of few clips are drawn to the mean of all, the covariance to its diagonal.
    """
    styles, weights = _style_table(clips)
    mean = styles.mean(axis=0)
    _, _, axes = np.linalg.svd((styles - mean) * weights, full_matrices=False)
    axes = axes[: max(1, min(settings.styles, len(clips) - 1))]
    scores = ((styles - mean) * weights) @ axes.T
    rest = (styles - mean - scores @ (axes / weights)).std(axis=0)

    codes = np.concatenate([np.stack([clip.code for clip in clips]), scores], axis=1)
    everyone = codes.mean(axis=0)
    means = np.tile(everyone, (composers, 1))
    for number in np.unique(composer_of_clip):
        own = codes[composer_of_clip == number]
        share = len(own) / (len(own) + settings.prior_strength_clips)
        means[number] += share * (own.mean(axis=0) - everyone)
    own_means = pd.DataFrame(codes).groupby(composer_of_clip).transform("mean").to_numpy()
    within = codes - own_means
    covariance = within.T @ within / max(len(codes) - len(np.unique(composer_of_clip)), 1)
    diagonal = np.diag(np.diag(covariance))
    covariance = (1 - settings.shrinkage) * covariance + settings.shrinkage * diagonal
    root = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
    spread = np.maximum(codes.std(axis=0), 1e-6)
    arrays = (means, root, mean, axes / weights, rest, everyone, spread)
    return Styles(*(array.astype(np.float32) for array in arrays))


def _style_table(
    clips: Sequence[ClipDescription],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return log scales and levels (clips, latents + LEVELS), and what each counts."""
    styles = np.stack([np.concatenate([np.log(clip.scales), clip.levels]) for clip in clips])
    weights = np.ones(styles.shape[1], np.float32)
    weights[clips[0].latents.shape[1] :] = _LEVEL_WEIGHT
    return styles, weights
