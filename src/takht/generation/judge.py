"""The composer classifier as judge and embedding of sounds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht import normalisation, selection
from takht.classifier import Classifier
from takht.discriminant_classifier import columns_of
from takht.windows import Features, Windows

_ONE = Windows(frames=1, step_frames=1)


class Judge:
    """A classifier of window statistics, and the statistics it sees standardised by training."""

    def __init__(self, model: Classifier, features: Features, split: pd.DataFrame) -> None:
        self._model = model
        self._features = features
        self._split = split
        card = model.card.model_dump()
        self._columns = columns_of(card["statistics"], model.card.features)
        train = self._rows("train")
        self._scale = normalisation.fitted([features.read(train, 1)[:, :, self._columns]])

    @property
    def chance(self) -> float:
        """Accuracy of guessing among the composers."""
        return 1 / len(self._model.card.composers)

    def embedded(self, statistics: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return windows' statistics (n, 232) as the embedding (n, dimensions)."""
        return self._scale.apply(statistics[:, self._columns])

    def of_side(self, side: str) -> NDArray[np.float32]:
        """Return the embedding of all windows of a side's recordings."""
        return self.embedded(self._features.read(self._rows(side), 1)[:, 0])

    def composer(self, statistics: NDArray[np.float32]) -> str:
        """Return whose a piece is by all its windows' statistics (n, 232), as `evaluate` does."""
        mean = self._model.probabilities(statistics[:, None]).mean(axis=0)
        return self._model.card.composers[int(mean.argmax())]

    def composers(self, side: str) -> tuple[list[str], list[str]]:
        """Return whose each recording of a side is said to be, and whose it is."""
        rows = self._rows(side)
        groups: Sequence[tuple[str, pd.DataFrame]] = list(rows.groupby("recording"))
        said = [self.composer(self._features.read(group, 1)[:, 0]) for _, group in groups]
        return said, [group["composer"].iloc[0] for _, group in groups]

    def _rows(self, side: str) -> pd.DataFrame:
        return selection.of_side(self._features.windows(_ONE), self._split, side)
