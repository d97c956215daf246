"""Linear discriminants of window statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

Matrix = NDArray[np.float64]
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Discriminant:
    """Scores of windows (windows, statistics): `windows @ weights + bias`, a column a composer."""

    weights: Matrix  # (statistics, composers)
    bias: Matrix  # (composers,)

    def log_odds(self, windows: Matrix) -> Matrix:
        """Return each composer's unnormalised log probability (nats), shape (windows, composers).

        `windows` has shape (windows, statistics).
        """
        return np.asarray(windows @ self.weights + self.bias)

    def probabilities(self, windows: Matrix) -> Matrix:
        """Return each composer's probability, shape (windows, composers); rows sum to 1."""
        log_odds = self.log_odds(windows)
        odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_shrinkage_lda(windows: Matrix, composers: Classes) -> Discriminant:
    """Return the discriminant of all windows alike, composers equally likely.

    The covariance is shrunk by Ledoit & Wolf's formula (2004, scikit-learn). `windows` has
    shape (windows, statistics); `composers`, shape (windows,), numbers the composers from 0.
    """
    scaler = StandardScaler().fit(windows)
    count = int(composers.max()) + 1
    lda = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto", priors=np.full(count, 1 / count)
    ).fit(scaler.transform(windows), composers)
    coefficients, intercept = np.atleast_2d(lda.coef_), np.atleast_1d(lda.intercept_)
    if count == 2:  # scikit-learn keeps one row for two classes: the second's lead
        coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
        intercept = np.concatenate([[0.0], intercept])
    weights = coefficients.T / scaler.scale_[:, None]
    return Discriminant(weights, intercept - scaler.mean_ @ weights)
