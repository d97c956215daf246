"""What a classifier says of each window and, on average, of each recording."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.classifiers.classifier import Classifier
from takht.classifiers.familiarity import score_familiarity
from takht.core.arrays import Frames
from takht.core.model_files import REMEDY
from takht.dataset.windows import FeatureFolder
from takht.errors import TakhtError

_BATCH = 256  # windows in memory at a time
_DECIMALS = 4


def predict_windows(model: Classifier, features: FeatureFolder, rows: pd.DataFrame) -> pd.DataFrame:
    """Return recording, segment, start_seconds, composer, predicted and p_<composer> a window.

    `rows` name the windows and their composer. Probabilities have 4 decimals, and everything else
    that is said of the model comes from these rounded ones, so that the table is the whole truth.
    """
    card = model.card
    parts = (rows.iloc[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
    rounded = np.concatenate(
        [predict_rounded(model, features.read(part, card.frames)) for part in parts]
    )
    table = rows[["recording", "segment"]].assign(
        start_seconds=rows["start_seconds"].round(2), composer=rows["composer"]
    )
    return _with_verdict(table, rounded, card.composers)


def predict_rounded(model: Classifier, windows: Frames) -> NDArray[np.float64]:
    """Return each composer's probability, 4 decimals, shape (n, composers).

    `windows` has shape (n, frames, bands).

    Raises:
        TakhtError: the model's weights, or the numbers of its card, are beyond all reason.
    """
    found = model.probabilities(windows).astype(np.float64)
    if not np.isfinite(found).all():
        raise TakhtError(f"{model.card.kind} model: its outputs are not numbers; {REMEDY}")
    return found.round(_DECIMALS)


def summarize_recordings(
    model: Classifier, features: FeatureFolder, rows: pd.DataFrame
) -> NDArray[np.float64]:
    """Return the mean over its windows of what familiarity needs, shape (recordings, numbers).

    `rows` name the windows; recordings are in the order of their names.
    """
    recordings = np.unique(rows["recording"].to_numpy(dtype=object))
    places = np.searchsorted(recordings, rows["recording"].to_numpy(dtype=object))
    sums: NDArray[np.float64] | None = None
    for start in range(0, len(rows), _BATCH):
        windows = features.read(rows.iloc[start : start + _BATCH], model.card.frames)
        found = model.summarize(windows).astype(np.float64)
        sums = np.zeros((len(recordings), found.shape[1])) if sums is None else sums
        np.add.at(sums, places[start : start + _BATCH], found)
    assert sums is not None, "no windows"
    return sums / np.bincount(places)[:, None]


def measure_familiarity(
    model: Classifier, features: FeatureFolder, rows: pd.DataFrame, recordings: pd.DataFrame
) -> NDArray[np.float64]:
    """Return the familiarity in [0, 1] of recordings, as `average_by_recording` returns them.

    `rows` name their windows.
    """
    probabilities = probability_matrix(recordings, model.card.composers)
    summaries = np.empty((len(recordings), 0))
    if model.familiarity:
        summaries = summarize_recordings(model, features, rows)
    return score_familiarity(model.card, model.familiarity, probabilities, summaries)


def average_by_recording(table: pd.DataFrame, composers: Sequence[str]) -> pd.DataFrame:
    """Return recording, composer, predicted and p_<composer>: the mean over its windows."""
    columns = [f"p_{name}" for name in composers]
    means = table.groupby("recording", sort=True)[columns].mean()
    truth = table.groupby("recording", sort=True)["composer"].first()
    return _with_verdict(truth.reset_index(), means.to_numpy(), composers)


def probability_matrix(table: pd.DataFrame, composers: Sequence[str]) -> NDArray[np.float64]:
    """Return the probabilities of a table's rows, shape (rows, composers)."""
    return np.asarray(table[[f"p_{name}" for name in composers]], np.float64)


def encode_composers(names: "pd.Series[str]", composers: Sequence[str]) -> NDArray[np.int64]:
    """Return the places in `composers`, from 0, of the names in a column, shape (rows,)."""
    places = {name: place for place, name in enumerate(composers)}
    return np.array([places[name] for name in names], np.int64)


def _with_verdict(
    table: pd.DataFrame, probabilities: NDArray[np.float64], composers: Sequence[str]
) -> pd.DataFrame:
    """Add the most probable composer, the first of equal ones, and all probabilities."""
    names = np.array(composers, dtype=object)
    columns = pd.DataFrame(
        probabilities, columns=[f"p_{name}" for name in composers], index=table.index
    )
    return pd.concat([table.assign(predicted=names[probabilities.argmax(axis=1)]), columns], axis=1)
