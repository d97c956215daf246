"""A linear discriminant of window statistics as a classifier."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.calibration import Confidence
from takht.classifiers.familiarity import Familiarity
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

    def __init__(
        self,
        card: DiscriminantCard,
        discriminant: Discriminant,
        familiarity: Familiarity | None = None,
    ) -> None:
        self.card = card
        self.familiarity = familiarity
        self._discriminant = discriminant
        self._columns = select_columns(card.statistics, card.features)

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each composer's probability, shape (n, composers); rows sum to 1.

        `windows` has shape (n, 1, statistics).
        """
        seen = windows[:, 0, self._columns].astype(np.float64)
        return self._discriminant.probabilities(seen).astype(np.float32)

    def summarize(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the statistics that it sees of windows (n, 1, statistics), shape (n, columns)."""
        return windows[:, 0, self._columns]

    def with_confidence(
        self, confidence: Confidence, familiarity: Familiarity | None = None
    ) -> Self:
        """Return the classifier with another confidence and familiarity."""
        card = self.card.model_copy(update={"confidence": confidence})
        return type(self)(card, self._discriminant, familiarity)

    def save(self, folder: Path) -> None:
        """Write the weights, the familiarity and the card into an empty folder."""
        weights, bias = self._discriminant.weights, self._discriminant.bias
        model_files.write_arrays(folder, _WEIGHTS, {"weights": weights, "bias": bias})
        if self.familiarity:
            self.familiarity.save(folder)
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
        familiarity = Familiarity.load(folder, card, len(columns))
        return cls(card, Discriminant(weights, bias), familiarity)


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
