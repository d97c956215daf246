"""From an experiment's windows to a trained, calibrated classifier, whatever its kind."""

import pandas as pd

from takht.classifiers import calibration, predictions
from takht.classifiers.classifier import Classifier
from takht.core import tensorflow_setup
from takht.dataset.windows import Features, Windows
from takht.training.experiments import (
    DiscriminantExperiment,
    Experiment,
    NetworkExperiment,
    Training,
)


def fit(
    experiment: Experiment,
    shape: Windows,
    scale: Training,
    features: Features,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    labels: dict[str, str],
) -> tuple[Classifier, pd.DataFrame]:
    """Return the classifier that the training `rows` give, and its learning curve.

    `rows` and `validation` name windows with their composer (`selection`) and mask (`masking`);
    `labels` holds every composer's display label, in the order of the classifier's probabilities.
    Temperature and threshold of the classifier's confidence come from the validation recordings.
    """
    model, curve = _fitted(experiment, shape, scale, features, rows, validation, labels)
    windows = predictions.of_windows(model, features, validation)
    recordings = predictions.of_recordings(windows, list(labels))
    confidence = calibration.fitted(
        predictions.probabilities(recordings, list(labels)),
        predictions.numbers(recordings["composer"], list(labels)),
    )
    return model.calibrated(confidence), curve


def _fitted(
    experiment: Experiment,
    shape: Windows,
    scale: Training,
    features: Features,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    labels: dict[str, str],
) -> tuple[Classifier, pd.DataFrame]:
    if isinstance(experiment, DiscriminantExperiment):
        from takht.training import fit_discriminant as discriminant_fitting

        return discriminant_fitting.fit(experiment, scale, features, rows, validation, labels)
    assert isinstance(experiment, NetworkExperiment)
    # TensorFlow takes seconds to import, so not above.
    tensorflow_setup.set_up(scale.threads, mixed_precision=scale.mixed_precision)
    from takht.training import fit_network as network_fitting

    return network_fitting.fit(experiment, shape, scale, features, rows, validation, labels)
