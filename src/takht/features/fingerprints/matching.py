"""Recordings that hold the same audio, found by the landmarks they share at one tempo ratio."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.landmarks import Landmarks

# Where one hash is held by more landmarks than this, it names nothing (a loop, a drum), and all
# that share it would be too many pairs.
MOST_HOLDERS = 400
WINDOW_SECONDS = 15.0  # a score is that of the best passage of this length
_FEWEST_MOMENTS = 40  # a passage with fewer counts as one with so many
_LAG_SECONDS = 4.0  # of the coarse histogram of lags
_FEWEST_VOTES = 20  # below, no score worth a name is possible
_RATIOS = 1 + np.array(sorted(range(-20, 21), key=abs)) * 0.0025  # tempo: 5 % up or down
_TOLERANCE_SECONDS = 0.05
_CELLS = 2**18  # of recordings by moments that are looked at together: a megabyte


@dataclass(frozen=True)
class Match:
    """Twin time = offset_seconds + tempo ratio × time; `score` is a share of moments, 0 … 1."""

    duplicate: int
    score: float
    offset_seconds: float


class Index:
    """The landmarks of all recordings, to look one recording up among those behind it."""

    def __init__(self, recordings: Sequence[Landmarks]) -> None:
        self._recordings = recordings
        lengths = [len(each.hashes) for each in recordings]
        hashes = np.concatenate([each.hashes for each in recordings])
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        self._seconds = np.concatenate([each.seconds for each in recordings])[order]
        owners = np.repeat(np.arange(len(recordings)), lengths)
        self._owners = owners.astype(np.int32)[order]
        # Where each landmark of a recording stands among all, in whose order a hash's holders are
        # neighbours and recordings follow each other; and how many holders come after that.
        self._places = np.empty(len(order), np.int32)
        self._places[order] = np.arange(len(order), dtype=np.int32)
        starts = np.flatnonzero(np.diff(hashes.astype(np.int64), prepend=-1))
        holders = np.diff(starts, append=len(hashes))
        after = np.repeat(starts + holders, holders) - np.arange(1, len(hashes) + 1)
        after[np.repeat(holders > MOST_HOLDERS, holders)] = 0
        self._after = after.astype(np.int32)
        self._bounds = np.concatenate([[0], np.cumsum(lengths)])

    def matches(self, number: int, min_score: float = 0.0) -> list[Match]:
        """Return what matches recording `number` so well among the recordings behind it."""
        mine = self._recordings[number].seconds
        moments, moment = np.unique(mine, return_inverse=True)
        which, duplicates, duplicate_seconds = self._shared(number)
        seconds = mine.astype(np.float64)[which]
        lags = np.floor((duplicate_seconds - seconds) / _LAG_SECONDS).astype(np.int64)
        lags -= lags.min(initial=0)
        columns = int(lags.max(initial=0)) + 2
        flat = np.bincount(duplicates * columns + lags, minlength=len(self._recordings) * columns)
        votes = flat.reshape(-1, columns)
        votes = votes[:, :-1] + votes[:, 1:]  # a lag on the border of two bins is in both
        best = np.where(votes.max(axis=1) >= _FEWEST_VOTES, votes.argmax(axis=1), -2)
        apart = lags - best[duplicates]
        pairs = np.flatnonzero((apart == 0) | (apart == 1))
        pairs = pairs[
            np.argsort(duplicates[pairs], kind="stable")
        ]  # each duplicate's pairs together
        ends = np.cumsum(np.bincount(duplicates[pairs], minlength=len(self._recordings)))
        matches = []
        # If all pairs fitted at once, as those of a chance match do not by far.
        likely = np.flatnonzero(best >= 0)
        rows = np.searchsorted(likely, duplicates[pairs])
        bound = _best_shares(moments, moment[which[pairs]], rows, len(likely))
        for duplicate in likely[bound >= min_score].tolist():
            near = pairs[ends[duplicate - 1] if duplicate else 0 : ends[duplicate]]
            score, offset = count_aligned(moments, seconds[near], duplicate_seconds[near])
            if score >= min_score:
                matches.append(Match(duplicate, score, offset))
        return matches

    def _shared(
        self, number: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        """Return landmarks of `number`, recordings behind it, and their times (s): equal hashes."""
        places = self._places[self._bounds[number] : self._bounds[number + 1]]
        after = self._after[places]
        which = np.repeat(np.arange(len(places)), after)
        found = np.arange(len(which)) + np.repeat(places + 1 - (np.cumsum(after) - after), after)
        behind = self._owners[found] > number  # and not another landmark of its own
        found = found[behind]
        return which[behind], self._owners[found], self._seconds[found].astype(np.float64)


def count_aligned(
    moments: NDArray[np.float32],
    seconds: NDArray[np.float64],
    duplicate_seconds: NDArray[np.float64],
) -> tuple[float, float]:
    """Return the score and the offset (s) of the tempo ratio and offset with the most votes.

    `moments` (landmarks,) are the times (s) of all landmarks of the recording, sorted; the others,
    (pairs,) each, are pairs of times with equal hashes. The score is the share of moments with such
    a pair, in the passage of 15 s where it is highest.
    """
    most, ratio, offset = -1, 1.0, 0.0
    for tried in _RATIOS:
        rest = duplicate_seconds - tried * seconds
        lowest = rest.min() - _TOLERANCE_SECONDS / 2
        counts = np.bincount(((rest - lowest) / _TOLERANCE_SECONDS).astype(np.int64), minlength=2)
        counts = counts[:-1] + counts[1:]
        if counts.max() > most:
            most, ratio = int(counts.max()), float(tried)
            offset = float(lowest + (counts.argmax() + 1) * _TOLERANCE_SECONDS)
    rest = duplicate_seconds - ratio * seconds
    fits = np.abs(rest - offset) <= _TOLERANCE_SECONDS
    offset = float(np.median(rest[fits]))
    return _best_share(moments, seconds[fits]), offset


def _best_share(moments: NDArray[np.float32], seconds: NDArray[np.float64]) -> float:
    """Return the share of moments that are among `seconds`, in the passage where it is highest."""
    found = np.flatnonzero(np.isin(moments, seconds.astype(np.float32)))
    return float(_best_shares(moments, found, np.zeros(len(found), np.int64), 1)[0])


def _best_shares(
    moments: NDArray[np.float32], found: NDArray[np.int64], rows: NDArray[np.integer], count: int
) -> NDArray[np.float64]:
    """Return for each of `count` rows the share of moments found, in the passage where it is best.

    `found` are numbers of moments, `rows`, in order, the row that each is of.
    """
    ends = np.searchsorted(moments, moments + WINDOW_SECONDS)
    most = np.maximum(ends - np.arange(len(moments)), _FEWEST_MOMENTS)
    shares = np.zeros(count)
    at_once = max(1, _CELLS // max(1, len(moments)))
    for start in range(0, count, at_once):
        first, last = np.searchsorted(rows, [start, start + at_once])
        total = np.zeros((min(at_once, count - start), len(moments) + 1), np.int32)
        total[rows[first:last] - start, found[first:last] + 1] = 1
        np.cumsum(total, axis=1, out=total)
        shares[start : start + at_once] = ((total[:, ends] - total[:, :-1]) / most).max(
            axis=1, initial=0
        )
    return shares
