"""From windows to the original's VAE."""

from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from takht.cache.checkpoint import Checkpoint
from takht.core.arrays import Frames
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.generation.codec.settings import StudyVaeModel, StudyVaeTraining
from takht.generation.study_vae.card import StudyVaeCard
from takht.generation.study_vae.loop import train_study_vae
from takht.generation.study_vae.model import StudyVae
from takht.generation.study_vae.network import FRAMES, build_decoder, build_encoder


def fit_study_vae(
    model: StudyVaeModel,
    training: StudyVaeTraining,
    features: FeatureFolder,
    split: pd.DataFrame,
    checkpoint: Checkpoint,
) -> tuple[StudyVae, pd.DataFrame]:
    """Return the model that windows of the training side give, and its learning curve."""
    shape = WindowSize(frames=FRAMES, step_frames=training.step_frames)
    every = features.windows(shape)

    def read(rows: pd.DataFrame) -> Frames:
        return features.read(rows, FRAMES).transpose(0, 2, 1)

    def batches(kind: Any, side: str, **more: Any) -> Any:
        rows = select_side(every, split, side)
        none = np.zeros(len(rows), np.int64)  # a VAE has no targets
        return kind(read, rows, none, model.batch_size, **more), len(rows)

    train, windows = batches(
        ShuffledBatches,
        "train",
        max_steps=max(1, training.max_steps // max(training.epochs, 1)),
        seed=model.seed,
    )
    validation, _ = batches(Batches, "validation")
    encoder, decoder = (
        build(training.width, seed=model.seed, mixed_precision=training.mixed_precision)
        for build in (build_encoder, build_decoder)
    )
    curve = train_study_vae(
        encoder,
        decoder,
        train,
        validation,
        epochs=training.epochs,
        learning_rate=model.learning_rate,
        seed=model.seed,
        checkpoint=checkpoint,
    )
    card = StudyVaeCard(
        features=features.settings,
        model=model.model_dump(),
        training=training.model_dump(),
        parameters=encoder.count_params() + decoder.count_params(),
        libraries={"tensorflow": tf.__version__, "keras": keras.__version__},
        width=training.width,
        threads=training.threads,
        windows=windows,
        validation_mse=float(curve["validation_mse"].min()),
    )
    return StudyVae(card, encoder, decoder), curve
