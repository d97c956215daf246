"""From features to a model's folder, whatever kind of VAE it is."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from takht.core import tensorflow_setup
from takht.core.threads import one_blas_thread
from takht.dataset.windows import Features
from takht.errors import TakhtError
from takht.generation.codec.clips import Clips
from takht.generation.codec.settings import (
    OriginalModel,
    OriginalTraining,
    TemporalModel,
    TemporalTraining,
    VaeModel,
    VaeTraining,
)


def fit(
    model: VaeModel, training: VaeTraining, feature_dir: Path, split: pd.DataFrame
) -> tuple[Callable[[Path], None], pd.DataFrame]:
    """Return what saves the fitted model into an empty folder, and its learning curve.

    Raises:
        TakhtError: model and training are sections of two kinds, or the features do not fit.
    """
    features = Features(feature_dir)
    wanted = {OriginalModel: "logspec", TemporalModel: "genspec"}[type(model)]
    if features.settings["kind"] != wanted:
        raise TakhtError(
            f"{feature_dir}: this model learns from {wanted!r}, got "
            f"{features.settings['kind']!r}; mend generation.models.*.features"
        )
    half = isinstance(training, OriginalTraining) and training.mixed_precision
    # TensorFlow takes seconds to import, so not above.
    tensorflow_setup.set_up(training.threads, mixed_precision=half)
    if isinstance(model, TemporalModel) and isinstance(training, TemporalTraining):
        from takht.generation.vae_training import fit as temporal_fitting

        clips, validation = (
            Clips(feature_dir, split, side, least_frames=model.block_frames)
            for side in ("train", "validation")
        )
        with one_blas_thread():
            return temporal_fitting.fit(model, training, features.settings, clips, validation)
    if isinstance(model, OriginalModel) and isinstance(training, OriginalTraining):
        from takht.generation.study_vae import fit as original_fitting

        fitted, curve = original_fitting.fit(model, training, features, split)
        return fitted.save, curve
    raise TakhtError(
        "params.yaml: scales.*.generation: a model's training section needs `width` if and only "
        "if it is the original's; mend the section"
    )
