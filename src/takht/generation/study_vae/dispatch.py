"""From features to the original's VAE."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from takht.cache.checkpoint import Checkpoint
from takht.core import tensorflow_setup
from takht.dataset.windows import FeatureFolder
from takht.generation.study_vae.settings import StudyVaeModel, StudyVaeTraining

if TYPE_CHECKING:
    from takht.generation.study_vae.model import StudyVae


def fit_to_features(
    model: StudyVaeModel,
    training: StudyVaeTraining,
    feature_dir: Path,
    split: pd.DataFrame,
    checkpoint: Checkpoint,
) -> tuple["StudyVae", pd.DataFrame]:
    """Return the VAE that the training side gives, and its learning curve.

    A training that was killed goes on from the checkpoint.
    """
    features = FeatureFolder(feature_dir)
    tensorflow_setup.set_up(training.threads, mixed_precision=training.mixed_precision)
    from takht.generation.study_vae.fit import fit_study_vae  # TensorFlow takes seconds to import

    values = [model.model_dump(), training.model_dump(), split.to_csv()]
    values.append(tensorflow_setup.list_devices())
    checkpoint.open([fit_to_features], values, [feature_dir])
    return fit_study_vae(model, training, features, split, checkpoint)
