"""Recordings that hold the same audio, found by the landmarks they share at one tempo ratio."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.fingerprints import Landmarks

# Where one hash is held by more landmarks than this, it names nothing (a loop, a drum), and all
# that share it would be too many pairs.
MOST_HOLDERS = 400
WINDOW_SECONDS = 15.0  # a score is that of the best passage of this length
_FEWEST_MOMENTS = 40  # a passage with fewer counts as one with so many
_LAG_SECONDS = 4.0  # of the coarse histogram of lags
_FEWEST_VOTES = 20  # below, no score worth a name is possible
_RATIOS = 1 + np.array(sorted(range(-20, 21), key=abs)) * 0.0025  # tempo: 5 % up or down
_TOLERANCE_SECONDS = 0.05


@dataclass(frozen=True)
class Match:
    """Twin time = offset_seconds + tempo ratio × time; `score` is a share of moments, 0 … 1."""

    twin: int
    score: float
    offset_seconds: float


class Index:
    """The landmarks of all recordings, to look one recording up among those behind it."""

    def __init__(self, recordings: Sequence[Landmarks]) -> None:
        self._recordings = recordings
        hashes = np.concatenate([each.hashes for each in recordings])
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._seconds = np.concatenate([each.seconds for each in recordings])[order]
        owners = np.repeat(np.arange(len(recordings)), [len(each.hashes) for each in recordings])
        self._owners = owners.astype(np.int32)[order]

    def matches(self, number: int, least_score: float = 0.0) -> list[Match]:
        """Return what matches recording `number` so well among the recordings behind it."""
        moments = np.unique(self._recordings[number].seconds)
        seconds, twins, twin_seconds = self._shared(number)
        lags = np.floor((twin_seconds - seconds) / _LAG_SECONDS).astype(np.int64)
        lowest = lags.min(initial=0)
        lags -= lowest
        columns = int(lags.max(initial=0)) + 2
        flat = np.bincount(twins * columns + lags, minlength=len(self._recordings) * columns)
        votes = flat.reshape(-1, columns)
        votes = votes[:, :-1] + votes[:, 1:]  # a lag on the border of two bins is in both
        order = np.argsort(twins, kind="stable")  # each twin's pairs together
        ends = np.cumsum(np.bincount(twins, minlength=len(self._recordings)))
        matches = []
        for twin in np.flatnonzero(votes.max(axis=1) >= _FEWEST_VOTES).tolist():
            best = int(votes[twin].argmax())
            pairs = order[ends[twin - 1] if twin else 0 : ends[twin]]
            near = pairs[(lags[pairs] == best) | (lags[pairs] == best + 1)]
            # If all of them fitted at once, as those of a chance match do not by far.
            if _best_share(moments, seconds[near]) < least_score:
                continue
            score, offset = aligned(moments, seconds[near], twin_seconds[near])
            if score >= least_score:
                matches.append(Match(twin, score, offset))
        return matches

    def _shared(self, number: int) -> tuple[NDArray[np.float64], ...]:
        """Return times (s), recordings behind `number`, and their times (s), of equal hashes."""
        mine = self._recordings[number]
        first = np.searchsorted(self._hashes, mine.hashes, side="left")
        holders = np.searchsorted(self._hashes, mine.hashes, side="right") - first
        holders[holders > MOST_HOLDERS] = 0
        places = np.repeat(first - np.cumsum(holders) + holders, holders)
        places += np.arange(len(places))
        seconds = np.repeat(mine.seconds.astype(np.float64), holders)
        behind = self._owners[places] > number
        places = places[behind]
        return seconds[behind], self._owners[places], self._seconds[places].astype(np.float64)


def aligned(
    moments: NDArray[np.float32], seconds: NDArray[np.float64], twin_seconds: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the score and the offset (s) of the tempo ratio and offset with the most votes.

    `moments` are all the times at which the recording has landmarks, sorted; the others are pairs
    of times with equal hashes. The score is the share of moments with such a pair, in the passage
    of 15 s where it is highest.
    """
    most, ratio, offset = -1, 1.0, 0.0
    for tried in _RATIOS:
        rest = twin_seconds - tried * seconds
        lowest = rest.min() - _TOLERANCE_SECONDS / 2
        counts = np.bincount(((rest - lowest) / _TOLERANCE_SECONDS).astype(np.int64), minlength=2)
        counts = counts[:-1] + counts[1:]
        if counts.max() > most:
            most, ratio = int(counts.max()), float(tried)
            offset = float(lowest + (counts.argmax() + 1) * _TOLERANCE_SECONDS)
    rest = twin_seconds - ratio * seconds
    fits = np.abs(rest - offset) <= _TOLERANCE_SECONDS
    offset = float(np.median(rest[fits]))
    return _best_share(moments, seconds[fits]), offset


def _best_share(moments: NDArray[np.float32], seconds: NDArray[np.float64]) -> float:
    """Return the share of moments that are among `seconds`, in the passage where it is highest."""
    found = np.isin(moments, seconds.astype(np.float32))
    total = np.concatenate([[0], np.cumsum(found)])
    ends = np.searchsorted(moments, moments + WINDOW_SECONDS)
    starts = np.arange(len(moments))
    shares = (total[ends] - total[starts]) / np.maximum(ends - starts, _FEWEST_MOMENTS)
    return float(shares.max(initial=0))
