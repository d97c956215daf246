"""Fit the style prior to the latents of training clips, judged by validation clips."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.core.randomness import rng_for
from takht.generation.codec.cepstral_detail import detail_gains
from takht.generation.codec.codec import VaeCodec
from takht.generation.codec.residual_noise import describe_residual
from takht.generation.codec.settings import PriorModel
from takht.generation.prior.prior import MIN_BLOCKS, StylePrior, ar1_smooth

_QUIETEST = 0.02  # scale of a latent, in deviations of the corpus
_NEIGHBOURS_TRIED = (1, 2, 4, 8, 16, 32, 64)
_PERSISTENCES = np.arange(0, 0.61, 0.02)
_LEVEL_WEIGHT = 3.0  # of a texture level over a latent's scale: they are few, and heard


@dataclass(frozen=True)
class ClipDescription:
    """A clip as the prior sees it."""

    code: NDArray[np.float32]  # (colours,)
    latents: Frames  # (blocks, latents)
    levels: NDArray[np.float32]  # (LEVELS,)
    contour: NDArray[np.float32]  # (blocks * block_frames,)
    fine_gains: NDArray[np.float32]  # (4,)

    @property
    def scales(self) -> NDArray[np.float32]:
        """How much each latent moves, (latents,)."""
        return np.asarray(np.maximum(self.latents.std(axis=0), _QUIETEST), np.float32)

    @property
    def course(self) -> Frames:
        """The latents at unit scale, (blocks, latents)."""
        return np.asarray((self.latents - self.latents.mean(axis=0)) / self.scales, np.float32)


def describe_clip(codec: VaeCodec, clip: Frames) -> ClipDescription:
    """Return colour code, latents and texture of a clip, shape (frames, bands), in [0, 1]."""
    colour, latents, _ = codec.encode(clip)
    decoded = codec.unheld(colour, latents)
    levels, contour = describe_residual(clip[: len(decoded)] - decoded)
    gains = detail_gains(clip[: len(decoded)], np.clip(decoded, 0, 1))
    return ClipDescription(codec.colours.code(colour), latents, levels, contour, gains)


def fit_prior(
    clips: Sequence[ClipDescription],
    validation: Sequence[ClipDescription],
    composer_of_clip: NDArray[np.int64],
    composers: Sequence[str],
    labels: Sequence[str],
    codec: VaeCodec,
    settings: PriorModel,
) -> tuple[StylePrior, pd.DataFrame]:
    """Return the prior, and for each number of neighbours how well validation goes on.

    `composer_of_clip` has a place in `composers` for each clip. Columns: neighbours and
    unforeseen, the share of the variance of a block that the mean successor of so many neighbours
    leaves over; 1 is what knowing nothing leaves. The prior draws from `settings.neighbours`.
    """
    means, root, style = _styles(clips, composer_of_clip, len(composers), settings)
    leading = settings.compared_latents
    prior = StylePrior(
        composers=tuple(composers),
        labels=tuple(labels),
        colours=codec.colours,
        means=means,
        root=root,
        style_mean=style[0],
        style_axes=style[1],
        style_rest=style[2],
        courses=np.concatenate([clip.course for clip in clips]),
        contours=np.concatenate([clip.contour.reshape(len(clip.latents), -1) for clip in clips]),
        compared=codec.basis.deviations[:leading],
        clip_of_block=np.repeat(np.arange(len(clips)), [len(clip.latents) for clip in clips]),
        composer_of_clip=composer_of_clip,
        fine_gains=np.mean([clip.fine_gains for clip in clips], axis=0, dtype=np.float32),
        texture=settings.texture,
        persistence=0.0,
        style_temperature=settings.style_temperature,
        neighbours=settings.neighbours,
    )
    prior = replace(prior, persistence=_persistence(prior, clips))
    return prior, _judged(prior, validation)


def _styles(
    clips: Sequence[ClipDescription],
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


def _persistence(prior: StylePrior, clips: Sequence[ClipDescription]) -> float:
    """Return the persistence at which walks remember from block to block as clips do."""
    weights = prior.compared
    wanted = np.mean([_memory(clip.course[:, : len(weights)] * weights) for clip in clips])
    walks = [
        prior.courses[prior.walk(number, MIN_BLOCKS, rng_for(0, "persistence", number))]
        for number in np.unique(prior.composer_of_clip).tolist()
    ]
    walks = [walk[:, : len(weights)] * weights for walk in walks]
    found = [
        np.mean([_memory(ar1_smooth(walk, share)) for walk in walks]) for share in _PERSISTENCES
    ]
    return float(_PERSISTENCES[int(np.argmin(np.abs(np.array(found) - wanted)))])


def _memory(course: Frames) -> float:
    """Return the correlation of a course (blocks, latents) with itself a block later."""
    centred = course - course.mean(axis=0)
    return float(np.sum(centred[1:] * centred[:-1]) / max(float(np.sum(centred**2)), 1e-9))


def _judged(prior: StylePrior, validation: Sequence[ClipDescription]) -> pd.DataFrame:
    """Return what the mean of so many neighbours' successors leaves of validation's next blocks.

    Neighbours are of all composers: validation clips may be of new works of any.
    """
    leading = len(prior.compared)
    has_next = np.flatnonzero(np.diff(prior.clip_of_block) == 0)
    alike = prior.courses[has_next, :leading] * prior.compared
    most = max(_NEIGHBOURS_TRIED)
    left, total = np.zeros(len(_NEIGHBOURS_TRIED)), 0.0
    for clip in validation:
        here = clip.course[:-1, :leading] * prior.compared
        distances = np.sum(alike**2, axis=1) - 2 * here @ alike.T
        near = has_next[np.argsort(distances, axis=1, kind="stable")[:, :most]] + 1
        after = clip.course[1:, :leading] * prior.compared
        total += float(np.sum(after**2))
        for place, count in enumerate(_NEIGHBOURS_TRIED):
            mean = prior.courses[near[:, :count], :leading].mean(axis=1) * prior.compared
            left[place] += float(np.sum((after - mean) ** 2))
    return pd.DataFrame({"neighbours": _NEIGHBOURS_TRIED, "unforeseen": left / total})
