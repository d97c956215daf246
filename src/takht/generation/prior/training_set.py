"""From features to a prior: which clips it learns from, and what its card says."""

from pathlib import Path

import numpy as np
import pandas as pd

from takht.core.arrays import pick_evenly
from takht.dataset.feature_folder import read_settings
from takht.errors import TakhtError
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec import VaeCodec
from takht.generation.codec.settings import PriorModel, PriorTraining
from takht.generation.prior.fit import ClipDescription, describe_clip, fit_prior
from takht.generation.prior.prior import StylePrior
from takht.generation.prior.prior_folder import PriorCard

_LEAST_BLOCKS = 8  # of a clip whose course tells something


def train_prior(
    settings: PriorModel,
    training: PriorTraining,
    codec: VaeCodec,
    feature_dir: Path,
    split: pd.DataFrame,
) -> tuple[PriorCard, StylePrior, pd.DataFrame]:
    """Return the prior that the training side gives, its card, and how its neighbours foresee.

    Raises:
        TakhtError: a composer has no training clip that is long enough.
    """
    labels = dict(sorted(zip(split["composer"], split["label"], strict=True)))
    composers = list(labels)
    train, validation = (
        Clips(feature_dir, split, side, least_frames=_LEAST_BLOCKS * codec.block_frames)
        for side in ("train", "validation")
    )
    chosen = [
        place
        for _, rows in train.rows.groupby("composer", sort=True)
        for place in rows.index[pick_evenly(len(rows), training.clips_per_composer)]
    ]
    numbers = train.rows["composer"].iloc[chosen].map(composers.index).to_numpy(np.int64)
    if missing := sorted(set(range(len(composers))) - set(numbers.tolist())):
        raise TakhtError(
            f"{feature_dir}: composer {composers[missing[0]]}: has no training clip of "
            f"{_LEAST_BLOCKS} blocks; add longer recordings or leave the composer out"
        )
    clips: list[ClipDescription] = [describe_clip(codec, train[place]) for place in chosen]
    watched = [describe_clip(codec, clip) for clip in validation]
    prior, tried = fit_prior(
        clips, watched, numbers, composers, list(labels.values()), codec, settings
    )
    card = PriorCard(
        features=read_settings(feature_dir),
        model=settings.model_dump(),
        training=training.model_dump(),
        parameters=sum(
            array.size for array in (prior.means, prior.root, prior.style_axes, prior.courses)
        ),
        libraries={"numpy": np.__version__},
        composers=prior.composers,
        labels=prior.labels,
        block_frames=prior.block_frames,
        latents=codec.latents,
        clips=len(clips),
        texture=settings.texture,
        persistence=prior.persistence,
        style_temperature=settings.style_temperature,
        neighbours=settings.neighbours,
    )
    return card, prior, tried
