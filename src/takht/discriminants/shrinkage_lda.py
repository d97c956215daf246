"""Linear discriminant analysis with a shrunk covariance."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from takht.classifiers.lda import Classes, Discriminant, Matrix


def fit_discriminant(windows: Matrix, composers: Classes) -> Discriminant:
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
