"""How much a recording sounds like the music of the composers that a classifier knows.

Probabilities say which known composer fits best, and sum to 1 for a tone or noise too. Familiarity
adds what they leave out: how far a recording's features lie from those of the nearest composer.

The `summaries` of recordings, shape (recordings, numbers), are means over their windows of what
their classifier's `summarize` returns.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from takht.classifiers.model_card import ModelCard
from takht.core import model_files
from takht.core.arrays import Frames

Matrix = NDArray[np.float64]

_FILE = "familiarity"
_LEAST = 1e-6  # stands for a probability, distance or spread of 0


@dataclass(frozen=True)
class MusicSpace:
    """Where each composer's recordings lie: summaries in standard units, centroids among them."""

    mean: Matrix  # (numbers,)
    scale: Matrix  # (numbers,)
    centroids: Matrix  # (composers, numbers), in standard units

    def closeness(self, summaries: Matrix) -> Matrix:
        """Return -log of the distance to the nearest composer, shape (recordings,)."""
        standard = (summaries - self.mean) / self.scale
        distances = np.stack([np.linalg.norm(standard - each, axis=1) for each in self.centroids])
        nearest = distances.min(axis=0)
        return np.asarray(-np.log(np.maximum(nearest, _LEAST)))


@dataclass(frozen=True)
class Familiarity:
    """A space of music, and how closeness and certainty become one number.

    `coefficients` are those of 1, closeness and certainty, shape (3,), in standard deviations of
    known recordings' sum.
    """

    space: MusicSpace
    coefficients: Matrix

    def score(self, probabilities: Matrix, summaries: Matrix) -> Matrix:
        """Return each recording's familiarity in [0, 1], shape (recordings,).

        About as large a share of known recordings is less familiar. `probabilities` has shape
        (recordings, composers).
        """
        return self.combine(self.space.closeness(summaries), probabilities)

    def combine(self, closeness: Matrix, probabilities: Matrix) -> Matrix:
        """Return the familiarity of recordings whose closeness, shape (recordings,), is known."""
        total = self.coefficients[0] + self.coefficients[1] * closeness
        if self.coefficients[2]:
            total = total + self.coefficients[2] * certainty(probabilities)
        return np.asarray(ndtr(total))

    def save(self, folder: Path) -> None:
        """Write the numbers into a model folder."""
        arrays = vars(self.space) | {"coefficients": self.coefficients}
        model_files.write_arrays(folder, _FILE, arrays)

    @classmethod
    def load(cls, folder: Path, card: ModelCard, numbers: int) -> Self | None:
        """Return the familiarity of a model folder, or None: models of before 0.2 have none.

        `numbers` is how many the summary of a window has.

        Raises:
            TakhtError: it is not of this model.
        """
        if not (folder / f"{_FILE}.npz").exists():
            return None
        arrays = model_files.read_arrays(folder, _FILE)
        shapes: dict[str, tuple[int, ...]] = {
            "mean": (numbers,),
            "scale": (numbers,),
            "coefficients": (3,),
        }
        shapes |= {"centroids": (len(card.composers), numbers)}
        found = {name: array.shape for name, array in arrays.items()}
        if found != shapes or not (arrays["scale"] > 0).all():
            raise model_files.mismatch_error(folder, f"{_FILE}.npz: shapes {found}")
        return cls(
            MusicSpace(*(arrays[name] for name in ("mean", "scale", "centroids"))),
            arrays["coefficients"],
        )


def certainty(probabilities: Matrix) -> Matrix:
    """Return minus the entropy (nats) of probabilities (recordings, composers)."""
    return np.asarray((probabilities * np.log(np.maximum(probabilities, _LEAST))).sum(axis=1))


def summarize_frames(windows: Frames) -> NDArray[np.float32]:
    """Return the mean and standard deviation of each band over the frames, shape (n, 2 bands).

    `windows` has shape (n, frames, bands).
    """
    return np.concatenate([windows.mean(axis=1), windows.std(axis=1)], axis=1)


def fit_space(summaries: Matrix, composers: NDArray[np.int64]) -> MusicSpace:
    """Return the space of recordings whose composers are numbered from 0, none left out."""
    mean = summaries.mean(axis=0)
    scale = np.maximum(summaries.std(axis=0), _LEAST)
    places = (summaries - mean) / scale
    count = int(composers.max()) + 1
    centroids = np.stack([places[composers == number].mean(axis=0) for number in range(count)])
    return MusicSpace(mean, scale, centroids)


def fit_familiarity(
    space: MusicSpace, closeness: Matrix, probabilities: Matrix | None
) -> Familiarity:
    """Return the familiarity in which known recordings are standard normal before its last step.

    `closeness`, shape (recordings,), and `probabilities`, shape (recordings, composers), are of
    recordings that had no part in what judged them. Without probabilities, closeness is all.
    """
    terms = [closeness] if probabilities is None else [closeness, certainty(probabilities)]
    means = np.array([each.mean() for each in terms])
    spreads = np.array([max(float(each.std()), _LEAST) for each in terms])
    total = sum((each - m) / s for each, m, s in zip(terms, means, spreads, strict=True))
    slopes = 1 / spreads / max(float(np.std(total)), _LEAST)
    coefficients = np.zeros(3)
    coefficients[0] = -(means * slopes).sum()
    coefficients[1 : 1 + len(slopes)] = slopes
    return Familiarity(space, coefficients)


def score_familiarity(
    card: ModelCard, familiarity: Familiarity | None, probabilities: Matrix, summaries: Matrix
) -> Matrix:
    """Return what `unknown_below` is a threshold of, in [0, 1], shape (recordings,).

    It is the familiarity, or the highest calibrated probability for models that have none.
    `probabilities` has shape (recordings, composers).
    """
    if familiarity is None:
        return np.asarray(card.confidence.apply(probabilities).max(axis=1))
    return familiarity.score(probabilities, summaries)
