"""How sure a model is of a composer, window by window, where probabilities are 0 and 1 already."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from takht.classifiers.classifier import Classifier
from takht.classifiers.discriminant_classifier import DiscriminantClassifier
from takht.core.arrays import Frames

Scores = NDArray[np.float64]

_LEAST = 1e-45  # the least of float32 stands for what it rounds to 0


def compute_log_odds(model: Classifier, windows: Frames, number: int) -> Scores:
    """Return each window's log-odds of a composer against all others, nats, shape (windows,).

    `windows` has shape (windows, frames, bands). A discriminant's log-odds are exact. A network's
    are those of its float32 probabilities, at most 103.
    """
    scores = _scores(model, windows)
    return np.asarray(scores[:, number] - logsumexp(np.delete(scores, number, axis=1), axis=1))


def _scores(model: Classifier, windows: Frames) -> Scores:
    """Return log probabilities, up to a constant a window, shape (windows, composers)."""
    if isinstance(model, DiscriminantClassifier):
        # Not a method there: that module is a dependency of every trained model.
        columns, discriminant = model._columns, model._discriminant
        return discriminant.log_odds(windows[:, 0, columns].astype(np.float64))
    return np.log(np.maximum(model.probabilities(windows).astype(np.float64), _LEAST))
