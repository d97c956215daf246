"""Linear discriminants of window statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
