"""From an experiment's windows to a trained classifier, whatever its kind."""

import pandas as pd

from takht.cache.checkpoint import Checkpoint
from takht.classifiers.classifier import Classifier
from takht.core import tensorflow_setup
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.training.experiments import (
    DiscriminantExperiment,
    Experiment,
    NetworkExperiment,
    Training,
)


def fit_classifier(
    experiment: Experiment,
    shape: WindowSize,
    scale: Training,
    features: FeatureFolder,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    labels: dict[str, str],
    checkpoint: Checkpoint | None = None,
) -> tuple[Classifier, pd.DataFrame]:
    """Return the classifier that the training `rows` give, and its learning curve.

    `rows` and `validation` name windows with their composer (`window_selection`) and mask
    (`frequency_masks`); `labels` holds every composer's display label, in the order of the
    classifier's probabilities.
    The classifier has no confidence yet: `takht.training.confidence` fits it.
    A killed training of a network goes on from the checkpoint, unless it has several replicas.
    """
    if isinstance(experiment, DiscriminantExperiment):
        from takht.training.fit_discriminant import fit_discriminant

        return fit_discriminant(experiment, scale, features, rows, validation, labels)
    assert isinstance(experiment, NetworkExperiment)
    # TensorFlow takes seconds to import, so not above.
    tensorflow_setup.set_up(scale.threads, mixed_precision=scale.mixed_precision)
    from takht.training.fit_network import fit_network

    return fit_network(experiment, shape, scale, features, rows, validation, labels, checkpoint)
