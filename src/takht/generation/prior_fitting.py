"""Fit the style prior to the latents of training clips, its ridge by validation clips."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.generation import texture
from takht.generation.codec import VaeCodec
from takht.generation.settings import PriorModel
from takht.generation.style_prior import StylePrior, regressors
from takht.spectra import Frames

_QUIETEST = 0.02  # scale of a latent, in deviations of the corpus
_LEVEL_WEIGHT = 3.0  # of a texture level over a latent's scale: they are few, and heard


@dataclass(frozen=True)
class Described:
    """A clip as the prior sees it."""

    code: NDArray[np.float32]  # (colours,)
    latents: Frames  # (blocks, latents)
    levels: NDArray[np.float32]  # (LEVELS,)
    contour: NDArray[np.float32]  # (blocks * block_frames,)

    @property
    def scales(self) -> NDArray[np.float32]:
        """How much each latent moves, (latents,)."""
        return np.asarray(np.maximum(self.latents.std(axis=0), _QUIETEST), np.float32)

    @property
    def course(self) -> Frames:
        """The latents at unit scale, (blocks, latents)."""
        return np.asarray((self.latents - self.latents.mean(axis=0)) / self.scales, np.float32)


def described(codec: VaeCodec, clip: Frames) -> Described:
    """Return colour code, latents and texture of a clip, shape (frames, bands), in [0, 1]."""
    colour, latents, _ = codec.encode(clip)
    decoded = codec.unheld(colour, latents)
    levels, contour = texture.describe(clip[: len(decoded)] - decoded)
    return Described(codec.colours.code(colour), latents, levels, contour)


def fit(
    clips: Sequence[Described],
    validation: Sequence[Described],
    composer_of_clip: NDArray[np.int64],
    composers: Sequence[str],
    labels: Sequence[str],
    codec: VaeCodec,
    settings: PriorModel,
) -> tuple[StylePrior, pd.DataFrame]:
    """Return the prior, and for each ridge tried the share of variance that is not foreseen.

    `composer_of_clip` has a place in `composers` for each clip. Columns: ridge, train_unforeseen,
    validation_unforeseen; the ridge with the least of the last is taken.
    """
    means, root, style = _styles(clips, composer_of_clip, len(composers), settings)
    recurrence, tried = _recurrence(clips, validation, settings.ridges)
    courses = [clip.course for clip in clips]
    residuals = [course - regressors(course) @ recurrence for course in courses]
    lengths = [len(course) for course in courses]
    prior = StylePrior(
        composers=tuple(composers),
        labels=tuple(labels),
        colours=codec.colours,
        means=means,
        root=root,
        style_mean=style[0],
        style_axes=style[1],
        style_rest=style[2],
        recurrence=recurrence,
        residuals=np.concatenate(residuals).astype(np.float32),
        contours=np.concatenate([clip.contour.reshape(len(clip.latents), -1) for clip in clips]),
        clip_of_block=np.repeat(np.arange(len(clips)), lengths),
        composer_of_clip=composer_of_clip,
        own_share=settings.own_share,
        stay=settings.stay,
    )
    return prior, tried


def _styles(
    clips: Sequence[Described],
    composer_of_clip: NDArray[np.int64],
    count: int,
    settings: PriorModel,
) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[NDArray[np.float32], ...]]:
    """Return composers' means, the root of the covariance within, and mean, axes, rest of styles.

    Composers of few clips are drawn to the mean of all, the covariance to its diagonal.
    """
    styles = np.stack([np.concatenate([np.log(clip.scales), clip.levels]) for clip in clips])
    weights = np.ones(styles.shape[1], np.float32)
    weights[clips[0].latents.shape[1] :] = _LEVEL_WEIGHT
    mean = styles.mean(axis=0)
    _, _, axes = np.linalg.svd((styles - mean) * weights, full_matrices=False)
    axes = axes[: max(1, min(settings.styles, len(clips) - 1))]
    scores = ((styles - mean) * weights) @ axes.T
    rest = (styles - mean - scores @ (axes / weights)).std(axis=0)

    codes = np.concatenate([np.stack([clip.code for clip in clips]), scores], axis=1)
    everyone = codes.mean(axis=0)
    means = np.tile(everyone, (count, 1))
    for number in np.unique(composer_of_clip):
        own = codes[composer_of_clip == number]
        share = len(own) / (len(own) + settings.pull_clips)
        means[number] += share * (own.mean(axis=0) - everyone)
    own_means = pd.DataFrame(codes).groupby(composer_of_clip).transform("mean").to_numpy()
    within = codes - own_means
    covariance = within.T @ within / max(len(codes) - len(np.unique(composer_of_clip)), 1)
    diagonal = np.diag(np.diag(covariance))
    covariance = (1 - settings.shrinkage) * covariance + settings.shrinkage * diagonal
    root = np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))
    as_floats = (part.astype(np.float32) for part in (mean, axes / weights, rest))
    return means.astype(np.float32), root.astype(np.float32), tuple(as_floats)


def _recurrence(
    clips: Sequence[Described], validation: Sequence[Described], ridges: Sequence[float]
) -> tuple[NDArray[np.float32], pd.DataFrame]:
    """Return the recurrence, (4 * latents, latents), of the best ridge, and what each gives."""
    latents = clips[0].latents.shape[1]
    gram, cross = np.zeros((4 * latents, 4 * latents)), np.zeros((4 * latents, latents))
    blocks = 0
    for clip in clips:
        past, course = regressors(clip.course).astype(np.float64), clip.course
        gram += past.T @ past
        cross += past.T @ course
        blocks += len(course)
    found, rows = [], []
    for ridge in ridges:
        weighted = gram + ridge * blocks * np.eye(len(gram))
        found.append(np.linalg.solve(weighted, cross).astype(np.float32))
        rows.append((ridge, _unforeseen(found[-1], clips), _unforeseen(found[-1], validation)))
    names = ["ridge", "train_unforeseen", "validation_unforeseen"]
    tried = pd.DataFrame(rows, columns=names)
    return found[int(np.argmin(tried["validation_unforeseen"]))], tried


def _unforeseen(recurrence: NDArray[np.float32], clips: Sequence[Described]) -> float:
    courses = [clip.course for clip in clips]
    squares = [np.sum((c - regressors(c) @ recurrence) ** 2, dtype=np.float64) for c in courses]
    return float(np.sum(squares) / np.sum([np.sum(c**2, dtype=np.float64) for c in courses]))
