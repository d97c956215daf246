"""From windows to the original's VAE."""

import keras
import pandas as pd
import tensorflow as tf

from takht.cache.checkpoint import Checkpoint
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.raw_windows import RawWindows
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.generation.study_vae.card import WINDOW_FRAMES, StudyVaeCard
from takht.generation.study_vae.loop import train_study_vae
from takht.generation.study_vae.model import StudyVae
from takht.generation.study_vae.network import build_decoder, build_encoder
from takht.generation.study_vae.settings import StudyVaeModel, StudyVaeTraining


def fit_study_vae(
    model: StudyVaeModel,
    training: StudyVaeTraining,
    features: FeatureFolder,
    split: pd.DataFrame,
    checkpoint: Checkpoint,
) -> tuple[StudyVae, pd.DataFrame]:
    """Return the model that windows of the training side give, and its learning curve."""
    shape = WindowSize(frames=WINDOW_FRAMES, step_frames=training.step_frames)
    every = features.windows(shape)

    train, validation = (
        RawWindows(features, select_side(every, split, side), WINDOW_FRAMES)
        for side in ("train", "validation")
    )
    max_steps = max(1, training.max_steps // max(training.epochs, 1))
    encoder, decoder = (
        build(training.width, seed=model.seed, mixed_precision=training.mixed_precision)
        for build in (build_encoder, build_decoder)
    )
    curve = train_study_vae(
        encoder,
        decoder,
        ShuffledBatches(train, model.batch_size, max_steps=max_steps, seed=model.seed),
        Batches(validation, model.batch_size),
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
        windows=len(train),
        validation_mse=float(curve["validation_mse"].min()),
    )
    return StudyVae(card, encoder, decoder), curve
