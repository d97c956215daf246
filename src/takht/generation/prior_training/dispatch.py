"""From features to a prior, wherever its blocks come from."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from takht.core import tensorflow_setup
from takht.core.threads import one_blas_thread
from takht.dataset.feature_folder import read_settings
from takht.generation.codec.codec import VaeCodec
from takht.generation.prior.prior import BlockSource, Prior
from takht.generation.prior.prior_folder import PriorCard
from takht.generation.prior.recombination import fit_recombination
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining, PriorModel
from takht.generation.prior.styles import fit_styles
from takht.generation.prior.training_set import describe_side, make_prior, read_labels

_GRIDS = 4  # places of the first block from which a denoiser's clips are described


def fit_to_features(
    settings: PriorModel,
    denoiser: DenoiserModel,
    size: DenoiserTraining,
    codec: VaeCodec,
    feature_dir: Path,
    split: pd.DataFrame,
) -> tuple[PriorCard, Prior, pd.DataFrame]:
    """Return the prior that the training side gives, its card, and how well it foresees.

    Raises:
        TakhtError: a composer has no training clip that is long enough, or no clip has a window.
    """
    labels = read_labels(split)
    denoises = settings.blocks == "denoiser"
    if denoises:  # TensorFlow takes seconds to import, so not above
        tensorflow_setup.set_up(size.threads)
    with one_blas_thread():
        grids = _GRIDS if denoises else 1
        train = describe_side(codec, feature_dir, split, "train", grids=grids)
        validation = describe_side(codec, feature_dir, split, "validation", grids=1)
        styles = fit_styles(train.clips, train.composer, len(labels), settings)
        blocks: BlockSource
        if denoises:
            from takht.generation.prior_training.fit import fit_denoised_blocks

            blocks, curve = fit_denoised_blocks(
                train, validation, styles, settings.style_temperature, codec, denoiser, size
            )
            parameters = sum(array.size for array in blocks.denoiser.weights.values())
            more: dict[str, Any] = {
                "guidance": blocks.guidance,
                "sampling_steps": blocks.sampling_steps,
            }
        else:
            compared = codec.basis.deviations[: settings.compared_latents]
            blocks, curve = fit_recombination(
                train.clips, validation.clips, train.composer, compared, settings.neighbours
            )
            parameters = blocks.trajectories.size
            more = {"persistence": blocks.persistence, "neighbours": blocks.neighbours}
    card = PriorCard(
        features=read_settings(feature_dir),
        model=settings.model_dump() | (denoiser.model_dump() if denoises else {}),
        training=size.model_dump() if denoises else {},
        parameters=parameters + styles.means.size + styles.root.size + styles.axes.size,
        libraries={"numpy": np.__version__},
        blocks=settings.blocks,
        composers=tuple(labels),
        labels=tuple(labels.values()),
        block_frames=codec.block_frames,
        latents=codec.latents,
        clips=len(train.clips) // grids,
        residual_noise=settings.residual_noise,
        style_temperature=settings.style_temperature,
        **more,
    )
    return card, make_prior(train, labels, codec, styles, blocks, settings), curve
