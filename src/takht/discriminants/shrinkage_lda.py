"""Linear discriminant analysis with a shrunk covariance."""

import numpy as np
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from takht.classifiers.lda import Classes, Discriminant, Matrix

_LEAST_VARIANCE = 1e-6  # within composers, as a share of the variance of all windows


def fit_discriminant(windows: Matrix, composers: Classes) -> Discriminant:
    """Return the discriminant of all windows alike, composers equally likely.

    Each composer's covariance is shrunk by Ledoit & Wolf's formula (2004, scikit-learn). Where a
    composer has one window, or none has more than two, all deviations from the composers' means
    are shrunk together; where there are none, the nearest mean wins. `windows` has shape (windows,
    statistics); `composers`, shape (windows,), numbers the composers from 0.
    """
    scaler = StandardScaler().fit(windows)
    scaled = scaler.transform(windows)
    sizes = np.bincount(composers)
    count = len(sizes)
    means = np.stack([scaled[composers == each].mean(axis=0) for each in range(count)])
    deviations = scaled - means[composers]
    differ = np.square(deviations).mean() > _LEAST_VARIANCE
    if differ and sizes.min() > 1 and sizes.max() > 2:
        lda = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(count, 1 / count)
        ).fit(scaled, composers)
        coefficients, intercept = np.atleast_2d(lda.coef_), np.atleast_1d(lda.intercept_)
        if count == 2:  # scikit-learn keeps one row for two classes: the second's lead
            coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
            intercept = np.concatenate([[0.0], intercept])
    else:
        together, _ = ledoit_wolf(deviations, assume_centered=True)
        covariance = together if differ else np.eye(len(together))
        coefficients = np.linalg.solve(covariance, means.T).T
        intercept = -(coefficients * means).sum(axis=1) / 2
    weights = coefficients.T / scaler.scale_[:, None]
    return Discriminant(weights, intercept - scaler.mean_ @ weights)
