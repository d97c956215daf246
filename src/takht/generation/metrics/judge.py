"""The composer classifier as judge and embedding of sounds."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.classifiers.classifier import Classifier
from takht.classifiers.discriminant_classifier import select_columns
from takht.classifiers.standardisation import fit_standardisation
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.features.statistics.summary import GROUPS, add_context

_ONE = WindowSize(frames=1, step_frames=1)


class JudgedExcerpt(NamedTuple):
    """Some seconds of a recording, as the classifier sees them."""

    composer: str
    statistics: NDArray[np.float32]  # (windows, 336)


class Judge:
    """A classifier of window statistics, and the statistics it sees standardised by training."""

    def __init__(self, model: Classifier, features: FeatureFolder, split: pd.DataFrame) -> None:
        self._model = model
        self._features = features
        self._split = split
        card = model.card.model_dump()
        self._columns = select_columns(card["statistics"], model.card.features)
        train = self._rows("train")
        self._scale = fit_standardisation([features.read(train, 1)[:, :, self._columns]])

    @property
    def chance(self) -> float:
        """Accuracy of guessing among the composers."""
        return 1 / len(self._model.card.composers)

    def embedded(self, statistics: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return statistics (n, 336) as embedding (n, dimensions), in standard deviations."""
        return self._scale.apply(statistics[:, self._columns])

    def composer(self, statistics: NDArray[np.float32]) -> str:
        """Return the composer with the highest mean probability over statistics (n, 336)."""
        mean = self._model.probabilities(statistics[:, None]).mean(axis=0)
        return self._model.card.composers[int(mean.argmax())]

    def excerpts(self, side: str, windows: int, per_composer: int) -> list[JudgedExcerpt]:
        """Return excerpts of a side's recordings, as many of each composer where it has them.

        Generated pieces are of one length and as many for each composer: only music that is so
        as well can be held against them. Excerpts share no window, and none crosses a segment;
        every recording gives one before any gives a second. A shorter segment gives all it has.
        """
        found = []
        for composer, recordings in self._rows(side).groupby("composer", sort=True):
            waiting = [
                (turn, recording, number, group.iloc[first : first + windows])
                for recording, rows in recordings.groupby("recording", sort=True)
                for turn, (number, group, first) in enumerate(_cuts(rows, windows))
            ]
            waiting.sort(key=lambda each: each[:3])
            for *_, rows in waiting[:per_composer]:
                statistics = self._features.read(rows, 1)[:, 0]
                found.append(JudgedExcerpt(str(composer), _with_own_context(statistics)))
        return found

    def _rows(self, side: str) -> pd.DataFrame:
        return select_side(self._features.windows(_ONE), self._split, side)


def _cuts(rows: pd.DataFrame, windows: int) -> Iterator[tuple[int, pd.DataFrame, int]]:
    """Yield segment, its rows and where an excerpt begins in them, of one recording."""
    for number, group in rows.groupby("segment", sort=True):
        for first in range(0, max(len(group) - windows, 0) + 1, windows):
            yield int(str(number)), group, first


def _with_own_context(statistics: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the statistics with context from these windows only, as that of a short piece is."""
    sizes = GROUPS
    ends = dict(zip(sizes, np.cumsum(list(sizes.values())), strict=True))
    tonal = statistics[:, ends["timbre"] : ends["quarter_tone_steps"]]
    own = statistics.copy()
    own[:, ends["onsets"] : ends["context"]] = add_context(tonal)
    return own
