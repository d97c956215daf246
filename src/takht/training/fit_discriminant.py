"""From an experiment's windows to a linear discriminant."""

from typing import Any

import numpy as np
import pandas as pd
import sklearn

from takht.classifiers import calibration, predictions
from takht.classifiers.discriminant_classifier import (
    DiscriminantCard,
    DiscriminantClassifier,
    select_columns,
)
from takht.dataset.windows import FeatureFolder
from takht.runtime.by_name import load_by_name
from takht.training.experiments import DiscriminantExperiment, Training


def fit_discriminant(
    experiment: DiscriminantExperiment,
    scale: Training,
    features: FeatureFolder,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    labels: dict[str, str],
) -> tuple[DiscriminantClassifier, pd.DataFrame]:
    """Return the discriminant of the training `rows`, and its learning curve of one epoch.

    `rows`, `validation` and `labels` as in `fit.fit_classifier`. A closed form: nothing is drawn,
    and the validation windows only score it.
    """
    columns = select_columns(experiment.statistics, features.settings)
    windows = features.read(rows, 1)[:, 0, columns].astype(np.float64)
    actual = predictions.encode_composers(rows["composer"], list(labels))
    fitted = load_by_name("discriminants", experiment.model).fit_discriminant(windows, actual)
    card = DiscriminantCard(
        composers=tuple(labels),
        labels=tuple(labels.values()),
        frames=1,
        step_frames=1,
        bands=features.bands,
        features=features.settings,
        parameters=fitted.weights.size + fitted.bias.size,
        mflop_per_window=2 * fitted.weights.size / 1e6,
        training_windows=len(rows),
        training_recordings=rows["recording"].nunique(),
        experiment=experiment.model_dump(),
        training=scale.model_dump(),
        libraries={"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        statistics=tuple(experiment.statistics),
    )
    model = DiscriminantClassifier(card, fitted)
    scored: dict[str, Any] = {"epoch": [1]}
    for prefix, part in (("", rows), ("validation_", validation)):
        probabilities = model.probabilities(features.read(part, 1)).astype(np.float64)
        numbers = predictions.encode_composers(part["composer"], list(labels))
        scored[f"{prefix}loss"] = [calibration.cross_entropy(probabilities, numbers)]
        scored[f"{prefix}accuracy"] = [float((probabilities.argmax(axis=1) == numbers).mean())]
    return model, pd.DataFrame(scored)
