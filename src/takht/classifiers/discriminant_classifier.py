"""A linear discriminant of window statistics as a classifier."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.calibration import Confidence
from takht.classifiers.lda import Discriminant
from takht.classifiers.model_card import ModelCard
from takht.core import model_files
from takht.errors import TakhtError

_WEIGHTS = "weights"


class DiscriminantCard(ModelCard):
    """What rebuilding a discriminant needs beside its weights."""

    kind: Literal["discriminant"] = "discriminant"
    statistics: tuple[str, ...]


class DiscriminantClassifier:
    """Gives the statistics of windows to a discriminant."""

    def __init__(self, card: DiscriminantCard, discriminant: Discriminant) -> None:
        self.card = card
        self._discriminant = discriminant
        self._columns = select_columns(card.statistics, card.features)

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each composer's probability, shape (n, composers); rows sum to 1.

        `windows` has shape (n, 1, statistics).
        """
        log_odds = self._discriminant.log_odds(windows[:, 0, self._columns].astype(np.float64))
        odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)

    def with_confidence(self, confidence: Confidence) -> Self:
        """Return the classifier with another confidence."""
        card = self.card.model_copy(update={"confidence": confidence})
        return type(self)(card, self._discriminant)

    def save(self, folder: Path) -> None:
        """Write the weights and the card into an empty folder."""
        weights, bias = self._discriminant.weights, self._discriminant.bias
        np.savez(folder / f"{_WEIGHTS}.npz", weights=weights, bias=bias)
        model_files.write_card(self.card, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the classifier of a folder.

        Raises:
            TakhtError: card and weights do not agree.
        """
        card = model_files.read_card(DiscriminantCard, folder)
        columns = select_columns(card.statistics, card.features)
        arrays = model_files.read_arrays(folder, _WEIGHTS)
        if set(arrays) != {"weights", "bias"}:
            raise model_files.mismatch_error(folder, f"arrays {sorted(arrays)}")
        weights, bias = arrays["weights"], arrays["bias"]
        if weights.shape != (len(columns), len(card.composers)) or bias.shape != weights.shape[1:]:
            shapes = f"weights.npz: shapes {weights.shape} and {bias.shape}"
            raise model_files.mismatch_error(folder, shapes)
        return cls(card, Discriminant(weights, bias))


def select_columns(groups: Sequence[str], settings: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the column numbers of the groups' statistics, from 0, shape (statistics,).

    The settings of the features give the order and the sizes of the groups.

    Raises:
        TakhtError: the features are no statistics, or lack a group.
    """
    sizes: dict[str, int] = settings.get("groups", {})
    missing = sorted(set(groups) - set(sizes))
    if missing:
        raise TakhtError(
            f"experiments: statistics: the features have the groups {sorted(sizes)}, got "
            f"{missing}; set features: statistics or fix the names"
        )
    starts = dict(zip(sizes, np.cumsum([0, *sizes.values()]), strict=False))
    return np.concatenate([starts[name] + np.arange(sizes[name]) for name in groups])
