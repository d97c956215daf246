"""The clips that a prior learns from, and what it says of itself."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.errors import TakhtError
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec import LappedPca
from takht.generation.prior.clip_description import ClipDescription, describe_clip
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.prior import Prior
from takht.generation.prior.pulses import collect_pulses
from takht.generation.prior.settings import PriorModel
from takht.generation.prior.styles import Styles

_LEAST_BLOCKS = 9  # of a clip whose style tells something


class TrainingSet(NamedTuple):
    """Clips of a side as the prior sees them, each with its composer's place, from 0."""

    clips: list[ClipDescription]
    composer: NDArray[np.int64]  # (clips,)


def describe_side(
    codec: LappedPca, feature_dir: Path, split: pd.DataFrame, side: str, *, grids: int
) -> TrainingSet:
    """Return all clips of a side, each described from so many places of its first block on.

    Raises:
        TakhtError: the training side has no clip of nine blocks of some composer.
    """
    composers = sorted(set(split["composer"]))
    clips = Clips(feature_dir, split, side, least_frames=_LEAST_BLOCKS * codec.block_frames)
    numbers = clips.rows["composer"].map(composers.index).to_numpy(np.int64)
    missing = sorted(set(range(len(composers))) - set(numbers.tolist()))
    if side == "train" and missing:
        raise TakhtError(
            f"{feature_dir}: composer {composers[missing[0]]}: has no training clip of "
            f"{_LEAST_BLOCKS} blocks; add longer recordings or leave the composer out"
        )
    starts = range(0, codec.block_frames, codec.block_frames // grids)
    found = [describe_clip(codec, clip[start:]) for clip in clips for start in starts]
    return TrainingSet(found, np.repeat(numbers, grids))


def read_labels(split: pd.DataFrame) -> dict[str, str]:
    """Return the label of each composer's folder, in order of folders."""
    return dict(sorted(zip(split["composer"], split["label"], strict=True)))


def make_prior(
    train: TrainingSet,
    labels: dict[str, str],
    codec: LappedPca,
    styles: Styles,
    blocks: DenoisedBlocks,
    settings: PriorModel,
) -> Prior:
    """Return the prior of styles, of the training clips' pulses and of blocks.

    Each training clip is described once.
    """
    return Prior(
        composers=tuple(labels),
        labels=tuple(labels.values()),
        codec=codec,
        styles=styles,
        pulses=collect_pulses([clip.pulse for clip in train.clips], train.composer),
        blocks=blocks,
        residual_noise=settings.residual_noise,
        style_temperature=settings.style_temperature,
    )
