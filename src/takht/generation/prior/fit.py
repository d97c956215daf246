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
from takht.generation.prior.prior import MIN_BLOCKS, StylePrior, ar1_smooth
from takht.generation.prior.settings import PriorModel

_QUIETEST = 0.02  # scale of a latent, in deviations of the corpus
_NEIGHBOURS_TRIED = (1, 2, 4, 8, 16, 32, 64)
_PERSISTENCES = np.arange(0, 0.61, 0.02)
_LEVEL_WEIGHT = 3.0  # of a residual noise level over a latent's scale: they are few, and heard


@dataclass(frozen=True)
class ClipDescription:
    """A clip as the prior sees it."""

    code: NDArray[np.float32]  # (spectrum_components,)
    latents: Frames  # (blocks, latents)
    levels: NDArray[np.float32]  # (LEVELS,)
    envelope: NDArray[np.float32]  # (blocks * block_frames,)
    fine_gains: NDArray[np.float32]  # (4,)

    @property
    def scales(self) -> NDArray[np.float32]:
        """Return each latent's standard deviation, shape (latents,)."""
        return np.asarray(np.maximum(self.latents.std(axis=0), _QUIETEST), np.float32)

    @property
    def trajectory(self) -> Frames:
        """Return the latents with mean 0 and standard deviation 1, shape (blocks, latents)."""
        return np.asarray((self.latents - self.latents.mean(axis=0)) / self.scales, np.float32)


def describe_clip(codec: VaeCodec, clip: Frames) -> ClipDescription:
    """Return a clip (frames, bands) in [0, 1] as the prior sees it."""
    mean_spectrum, latents, _ = codec.encode(clip)
    decoded = codec.decode_unclipped(mean_spectrum, latents)
    levels, envelope = describe_residual(clip[: len(decoded)] - decoded)
    gains = detail_gains(clip[: len(decoded)], np.clip(decoded, 0, 1))
    return ClipDescription(
        codec.spectrum_pca.encode(mean_spectrum), latents, levels, envelope, gains
    )


def fit_prior(
    clips: Sequence[ClipDescription],
    validation: Sequence[ClipDescription],
    composer_of_clip: NDArray[np.int64],
    composers: Sequence[str],
    labels: Sequence[str],
    codec: VaeCodec,
    settings: PriorModel,
) -> tuple[StylePrior, pd.DataFrame]:
    """Return the prior, and its error on validation clips for each number of neighbours.

    `composer_of_clip` (clips,) has a place in `composers`, from 0, for each clip. Columns:
    neighbours and unexplained_variance, the share of the variance of a block that the mean
    successor of so many neighbours leaves over; 1 is what knowing nothing leaves. The prior draws
    from `settings.neighbours`.
    """
    means, root, style = _styles(clips, composer_of_clip, len(composers), settings)
    leading = settings.compared_latents
    prior = StylePrior(
        composers=tuple(composers),
        labels=tuple(labels),
        spectrum_pca=codec.spectrum_pca,
        means=means,
        root=root,
        style_mean=style[0],
        style_axes=style[1],
        style_rest=style[2],
        trajectories=np.concatenate([clip.trajectory for clip in clips]),
        envelopes=np.concatenate([clip.envelope.reshape(len(clip.latents), -1) for clip in clips]),
        compared=codec.basis.deviations[:leading],
        clip_of_block=np.repeat(np.arange(len(clips)), [len(clip.latents) for clip in clips]),
        composer_of_clip=composer_of_clip,
        fine_gains=np.mean([clip.fine_gains for clip in clips], axis=0, dtype=np.float32),
        residual=settings.residual_noise,
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
        share = len(own) / (len(own) + settings.prior_strength_clips)
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
    wanted = np.mean([_memory(clip.trajectory[:, : len(weights)] * weights) for clip in clips])
    walks = [
        prior.trajectories[prior.walk(number, MIN_BLOCKS, rng_for(0, "persistence", number))]
        for number in np.unique(prior.composer_of_clip).tolist()
    ]
    walks = [walk[:, : len(weights)] * weights for walk in walks]
    found = [
        np.mean([_memory(ar1_smooth(walk, share)) for walk in walks]) for share in _PERSISTENCES
    ]
    return float(_PERSISTENCES[int(np.argmin(np.abs(np.array(found) - wanted)))])


def _memory(trajectory: Frames) -> float:
    """Return the correlation of a trajectory (blocks, latents) with itself a block later."""
    centred = trajectory - trajectory.mean(axis=0)
    return float(np.sum(centred[1:] * centred[:-1]) / max(float(np.sum(centred**2)), 1e-9))


def _judged(prior: StylePrior, validation: Sequence[ClipDescription]) -> pd.DataFrame:
    """Return what the mean of so many neighbours' successors leaves of validation's next blocks.

    Neighbours are of all composers: validation clips may be of new works of any.
    """
    leading = len(prior.compared)
    has_next = np.flatnonzero(np.diff(prior.clip_of_block) == 0)
    alike = prior.trajectories[has_next, :leading] * prior.compared
    most = max(_NEIGHBOURS_TRIED)
    left, total = np.zeros(len(_NEIGHBOURS_TRIED)), 0.0
    for clip in validation:
        here = clip.trajectory[:-1, :leading] * prior.compared
        distances = np.sum(alike**2, axis=1) - 2 * here @ alike.T
        near = has_next[np.argsort(distances, axis=1, kind="stable")[:, :most]] + 1
        after = clip.trajectory[1:, :leading] * prior.compared
        total += float(np.sum(after**2))
        for place, count in enumerate(_NEIGHBOURS_TRIED):
            mean = prior.trajectories[near[:, :count], :leading].mean(axis=1) * prior.compared
            left[place] += float(np.sum((after - mean) ** 2))
    return pd.DataFrame({"neighbours": _NEIGHBOURS_TRIED, "unexplained_variance": left / total})
