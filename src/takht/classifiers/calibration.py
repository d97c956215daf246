"""Confidence that means what it says: a temperature, and a threshold below which nobody is named.

`probabilities` are those of recordings, shape (recordings, composers), and sum to 1 in each row.
`actual` numbers the composers of the recordings from 0, shape (recordings,).
"""

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Probabilities = NDArray[np.float64]
Composers = NDArray[np.int64]

_LEAST = 1e-6  # stands for a probability that was rounded to 0
_COLDEST, _HOTTEST = 0.5, 20.0  # some dozens of recordings are no reason for being surer
_KNOWN_SHARE = 0.95  # of recordings by known composers whose composer is named


class Confidence(BaseModel):
    """What turns a classifier's probabilities of a recording into an answer that can be trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    temperature: float = Field(ge=0.001, le=1000, description="log probabilities are divided by it")
    unknown_below: float = Field(ge=0, le=1, description="nobody is named where less familiar")

    def apply(self, probabilities: Probabilities) -> Probabilities:
        """Return the probabilities at the temperature; their order stays."""
        return apply_temperature(probabilities, self.temperature)


UNCALIBRATED = Confidence(temperature=1.0, unknown_below=0.0)


def fit_temperature(probabilities: Probabilities, actual: Composers) -> float:
    """Return the temperature with the least cross-entropy, from 0.5 to 20.

    Guo et al. 2017.
    """
    from scipy.optimize import minimize_scalar  # slow to import, and only training needs it

    found = minimize_scalar(
        lambda log_t: cross_entropy(apply_temperature(probabilities, float(np.exp(log_t))), actual),
        bounds=(np.log(_COLDEST), np.log(_HOTTEST)),
        method="bounded",
    )
    return round(float(np.exp(found.x)), 4)


def fit_threshold(familiarity: NDArray[np.float64]) -> float:
    """Return the threshold that keeps 95 % of known recordings' familiarity (recordings,)."""
    threshold = float(np.quantile(familiarity, 1 - _KNOWN_SHARE, method="lower"))
    # Rounded down: up could pass the recording that the threshold is to keep.
    return math.floor(threshold * 1e4) / 1e4


def apply_temperature(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Return probabilities to the power 1 / temperature, summing to 1 again."""
    logs = np.log(np.maximum(probabilities, _LEAST)) / temperature
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def cross_entropy(probabilities: Probabilities, actual: Composers) -> float:
    """Return the mean of -log of the actual composer's probability, nats."""
    own = probabilities[np.arange(len(actual)), actual]
    return float(-np.log(np.maximum(own, _LEAST)).mean())


def expected_calibration_error(
    probabilities: Probabilities, actual: Composers, bins: int = 10
) -> float:
    """Return the expected calibration error: the mean gap of confidence and accuracy over bins.

    Bins are of equal width in the highest probability and weigh as many recordings as they hold.
    Naeini et al. 2015.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == actual
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (places == place).mean()
        * abs(confidence[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    ]
    return float(np.sum(gaps))
