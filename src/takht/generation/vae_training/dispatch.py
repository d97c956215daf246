"""From features to a model's folder, whatever kind of VAE it is."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from takht.cache.checkpoint import Checkpoint
from takht.core import tensorflow_setup
from takht.core.threads import one_blas_thread
from takht.dataset.windows import FeatureFolder
from takht.errors import TakhtError
from takht.generation.codec.clips import Clips
from takht.generation.codec.settings import (
    LappedVaeModel,
    LappedVaeTraining,
    StudyVaeModel,
    StudyVaeTraining,
    VaeModel,
    VaeTraining,
)


def fit_model(
    model: VaeModel,
    training: VaeTraining,
    feature_dir: Path,
    split: pd.DataFrame,
    checkpoint: Checkpoint,
) -> tuple[Callable[[Path], None], pd.DataFrame]:
    """Return what saves the fitted model into an empty folder, and its learning curve.

    A training that was killed goes on from the checkpoint.

    Raises:
        TakhtError: model and training are sections of two kinds, or the features do not fit.
    """
    features = FeatureFolder(feature_dir)
    wanted = {StudyVaeModel: "study_spectrogram", LappedVaeModel: "generation_mel"}[type(model)]
    if features.settings["kind"] != wanted:
        raise TakhtError(
            f"{feature_dir}: this model learns from {wanted!r}, got "
            f"{features.settings['kind']!r}; fix generation.models.*.features"
        )
    half = isinstance(training, StudyVaeTraining) and training.mixed_precision
    # TensorFlow takes seconds to import, so not above.
    tensorflow_setup.set_up(training.threads, mixed_precision=half)
    values = [model.model_dump(), training.model_dump(), split.to_csv()]
    values.append(tensorflow_setup.list_devices())
    checkpoint.open([fit_model], values, [feature_dir])
    if isinstance(model, LappedVaeModel) and isinstance(training, LappedVaeTraining):
        from takht.generation.vae_training.fit import fit_vae

        clips, validation = (
            Clips(feature_dir, split, side, least_frames=model.block_frames)
            for side in ("train", "validation")
        )
        with one_blas_thread():
            return fit_vae(model, training, features.settings, clips, validation, checkpoint)
    if isinstance(model, StudyVaeModel) and isinstance(training, StudyVaeTraining):
        from takht.generation.study_vae.fit import fit_study_vae

        fitted, curve = fit_study_vae(model, training, features, split, checkpoint)
        return fitted.save, curve
    raise TakhtError(
        "params.yaml: scales.*.generation: a model's training section needs `width` if and only "
        "if it is the original's; fix the section"
    )
