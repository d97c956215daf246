"""A linear discriminant of window statistics as a classifier."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from takht.classifiers import model_card
from takht.classifiers.calibration import Confidence
from takht.classifiers.lda import Discriminant
from takht.classifiers.model_card import ModelCard
from takht.errors import TakhtError

_WEIGHTS = "weights.npz"


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
        """Return each composer's probability, shape (n, composers), for (n, 1, statistics)."""
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
        np.savez(folder / _WEIGHTS, weights=weights, bias=bias)
        model_card.write_card(self.card, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the classifier of a folder.

        Raises:
            TakhtError: card and weights do not agree.
        """
        card = model_card.read_card(DiscriminantCard, folder)
        columns = select_columns(card.statistics, card.features)
        try:
            # Read whole: NumPy leaves a spoilt file open.
            content = io.BytesIO((folder / _WEIGHTS).read_bytes())
            with np.load(content, allow_pickle=False) as arrays:
                weights, bias = arrays["weights"], arrays["bias"]
            if not (isinstance(weights, np.ndarray) and isinstance(bias, np.ndarray)):
                raise TypeError("no array")  # NumPy gives the bytes of what is none
        except (
            *(OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile),
            MemoryError,  # of a header that claims more than there is
        ) as error:
            raise TakhtError(_corrupt(folder, str(error))) from None
        if weights.shape != (len(columns), len(card.composers)) or bias.shape != weights.shape[1:]:
            raise TakhtError(_corrupt(folder, f"shapes {weights.shape} and {bias.shape}"))
        return cls(card, Discriminant(weights, bias))


def select_columns(groups: Sequence[str], settings: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return which statistics belong to the groups, by what the features say of their own order.

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


def _corrupt(folder: Path, reason: str) -> str:
    return (
        f"{folder}: {_WEIGHTS} is not of the discriminant in model.json ({reason}); train the "
        "experiment again or restore the folder with `dvc checkout`"
    )
