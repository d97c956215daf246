"""From windows to the original's VAE."""

from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from takht.core.arrays import Frames
from takht.dataset import window_selection as selection
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.windows import Features, Windows
from takht.generation.codec.settings import OriginalModel, OriginalTraining
from takht.generation.study_vae import loop as original_training
from takht.generation.study_vae import network as original_vae
from takht.generation.study_vae.card import OriginalCard
from takht.generation.study_vae.model import OriginalVae


def fit(
    model: OriginalModel, training: OriginalTraining, features: Features, split: pd.DataFrame
) -> tuple[OriginalVae, pd.DataFrame]:
    """Return the model that windows of the training side give, and its learning curve."""
    shape = Windows(frames=original_vae.FRAMES, step_frames=training.step_frames)
    every = features.windows(shape)

    def read(rows: pd.DataFrame) -> Frames:
        return features.read(rows, original_vae.FRAMES).transpose(0, 2, 1)

    def batches(kind: Any, side: str, **more: Any) -> Any:
        rows = selection.of_side(every, split, side)
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
        for build in (original_vae.encoder, original_vae.decoder)
    )
    curve = original_training.fit(
        encoder,
        decoder,
        train,
        validation,
        epochs=training.epochs,
        learning_rate=model.learning_rate,
        seed=model.seed,
    )
    card = OriginalCard(
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
    return OriginalVae(card, encoder, decoder), curve
