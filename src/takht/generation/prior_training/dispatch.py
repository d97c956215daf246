"""From features to a prior."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from takht.cache.checkpoint import Checkpoint
from takht.core import tensorflow_setup
from takht.core.threads import one_blas_thread
from takht.dataset.feature_folder import read_settings
from takht.generation.codec.codec_folder import load_codec
from takht.generation.prior.prior import Prior
from takht.generation.prior.prior_folder import PriorCard
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining, PriorModel
from takht.generation.prior.styles import fit_styles
from takht.generation.prior.training_set import TrainingSet, describe_side, make_prior, read_labels

_GRIDS = 4  # places of the first block from which a training clip is described


def fit_to_features(
    settings: PriorModel,
    denoiser: DenoiserModel,
    size: DenoiserTraining,
    codec_dir: Path,
    feature_dir: Path,
    split: pd.DataFrame,
    checkpoint: Checkpoint,
) -> tuple[PriorCard, Prior, pd.DataFrame]:
    """Return the prior that the training side gives, its card, and its learning curve.

    A training that was killed goes on from the checkpoint.

    Raises:
        TakhtError: a composer has no training clip that is long enough, or no clip has a window.
    """
    labels, codec = read_labels(split), load_codec(codec_dir)
    tensorflow_setup.set_up(size.threads)  # TensorFlow takes seconds to import, so not above
    from takht.generation.prior_training.fit import fit_denoised_blocks

    values = [settings.model_dump(), denoiser.model_dump(), size.model_dump(), split.to_csv()]
    values.append(tensorflow_setup.list_devices())
    checkpoint.open([fit_to_features], values, [codec_dir, feature_dir])
    with one_blas_thread():
        train = describe_side(codec, feature_dir, split, "train", grids=_GRIDS)
        validation = describe_side(codec, feature_dir, split, "validation", grids=1)
        _name_short_composers(train, list(labels), size.window_blocks)
        # a clip counts once: its other descriptions differ by less than a block
        once = TrainingSet(train.clips[::_GRIDS], train.composer[::_GRIDS])
        styles = fit_styles(once.clips, once.composer, len(labels), settings)
        blocks, curve = fit_denoised_blocks(
            train, validation, styles, settings.style_temperature, codec, denoiser, size, checkpoint
        )
    learnt = [*blocks.denoiser.weights.values(), styles.means, styles.root, styles.axes]
    card = PriorCard(
        features=read_settings(feature_dir),
        model=settings.model_dump() | denoiser.model_dump(),
        training=size.model_dump(),
        parameters=sum(array.size for array in learnt),
        libraries={"numpy": np.__version__},
        composers=tuple(labels),
        labels=tuple(labels.values()),
        codec_sha256=codec.sha256,
        clips=len(once.clips),
        residual_noise=settings.residual_noise,
        style_temperature=settings.style_temperature,
        guidance=denoiser.guidance,
        temperature=denoiser.temperature,
        sampling_steps=denoiser.sampling_steps,
    )
    return card, make_prior(once, labels, codec, styles, blocks, settings), curve


def _name_short_composers(train: TrainingSet, composers: list[str], window_blocks: int) -> None:
    """Write a line for each composer without a training window.

    A style needs nine blocks only, so its pieces have its timbre; the denoiser knows it as none.
    """
    pairs = zip(train.clips, train.composer.tolist(), strict=True)
    found = {composer for clip, composer in pairs if len(clip.latents) >= window_blocks}
    for number in sorted(set(range(len(composers))) - found):
        sys.stderr.write(
            f"train_prior: composer {composers[number]}: no training clip has the {window_blocks} "
            "blocks of a window; new pieces have this composer's timbre, in the manner of all\n"
        )
