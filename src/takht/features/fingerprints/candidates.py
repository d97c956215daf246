"""Which recordings share landmarks in the same order, and so are worth aligning."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.landmarks import Landmarks, rank_equals

NEAREST = 16  # a landmark is compared with so many of its hash below it in pitch, and above it
MOST_PER_MINUTE = 16  # candidates of a recording: those that share the most moments
_FEWEST_MOMENTS = 3
_LAG_MS = 1000  # a bin of the lags between two recordings; two neighbours count together
_MOMENT_MS = 250  # landmarks within this are one moment
_STRETCH_MOMENTS = 160  # shared moments are counted over this: 40 s
_SLOTS = 2**22 - 3  # of a table that counts what recordings share; a prime
_LANDMARKS_AT_ONCE = 2**15  # looked up together, in some 200 MB


class Candidate(NamedTuple):
    """Two recordings that share moments about `ms` of the first, some `lag_ms` later there."""

    first: int  # its number
    second: int
    ms: int
    lag_ms: int


class Found(NamedTuple):
    """Candidates, and how many more there were that share fewer moments."""

    candidates: list[Candidate]
    left_out: int


class Index:
    """The landmarks of all recordings, sorted by hash and pitch; 16 bytes each."""

    def __init__(self, recordings: Sequence[Landmarks]) -> None:
        lengths = [len(each.hashes) for each in recordings]
        self._bounds = np.concatenate([[0], np.cumsum(lengths)])
        hashes = np.concatenate([each.hashes for each in recordings])
        keys = hashes.astype(np.uint64) << np.uint64(16)
        keys |= np.concatenate([each.cents for each in recordings]).astype(np.uint64)
        number = np.min_scalar_type(len(keys))  # small: memory is the limit
        order = np.argsort(keys, kind="stable").astype(number)
        self._hashes = hashes[order]
        self._ms = np.concatenate([each.ms for each in recordings])[order]
        self._owners = np.repeat(np.arange(len(recordings), dtype=np.int32), lengths)[order]
        self._places = np.empty(len(order), number)  # of each landmark in that order
        self._places[order] = np.arange(len(order), dtype=number)
        minutes = [int(each.ms.max(initial=0)) // 60_000 for each in recordings]
        self._most = MOST_PER_MINUTE * (1 + np.array(minutes))

    def blocks(self) -> list[range]:
        """Return the numbers of all recordings in parts that are looked up together."""
        part = self._bounds[:-1] // _LANDMARKS_AT_ONCE
        edges = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1:] + 1)).tolist()
        return [range(*each) for each in pairwise(edges)]

    def describe_rest(self, found: Sequence[Found]) -> str:
        """Return what was not looked at as a sentence, or nothing if everything was."""
        pairs, compared = self.count_pairs()
        left_out = sum(block.left_out for block in found)
        if compared == pairs and not left_out:
            return ""
        return (
            f"{compared:,} of {pairs:,} pairs of equal landmarks were compared, those nearest in "
            f"pitch; {left_out:,} weaker candidates were not aligned"
        )

    def count_pairs(self) -> tuple[int, int]:
        """Return how many pairs of landmarks have one hash, and how many of these are compared."""
        starts = np.flatnonzero(np.append(True, self._hashes[1:] != self._hashes[:-1]))
        sizes = np.diff(starts, append=len(self._hashes))
        near = np.minimum(sizes - 1, NEAREST)
        compared = near * sizes - near * (near + 1) // 2
        return int(np.sum(sizes * (sizes - 1) // 2)), int(np.sum(compared))

    def look_up(self, block: range) -> Found:
        """Return the best candidates of each recording of a block, among all recordings."""
        first, second, ms, other_ms = self._shared(block)
        pairs = (first - block.start) * len(self._most) + second  # small: they are multiplied
        best, count, moment, lag = _best_lags(pairs, (other_ms - ms) // _LAG_MS, ms // _MOMENT_MS)
        first, second = np.divmod(best, len(self._most))
        first += block.start
        order = np.lexsort((second, -count, first))
        kept = order[rank_equals(first[order]) < self._most[first[order]]]
        columns = (first, second, moment * _MOMENT_MS, (lag + 1) * _LAG_MS)
        rows = np.stack([each[kept] for each in columns], axis=1).tolist()
        return Found([Candidate(*row) for row in rows], len(order) - len(kept))

    def _shared(self, block: range) -> tuple[NDArray[np.int64], ...]:
        """Return recordings of a block, others, and their times (ms): landmarks of one hash."""
        places = self._places[self._bounds[block.start] : self._bounds[block.stop]]
        places = np.sort(places.astype(np.int64))
        hashes, owners = self._hashes[places], self._owners[places]
        found = []
        for step in (*range(-NEAREST, 0), *range(1, NEAREST + 1)):
            there = np.clip(places + step, 0, len(self._hashes) - 1)
            is_shared = (self._hashes[there] == hashes) & (self._owners[there] != owners)
            same = np.flatnonzero(is_shared & (there == places + step))
            found.append((places[same], there[same]))
        mine, others = (np.concatenate(each) for each in zip(*found, strict=True))
        values = (self._owners[mine], self._owners[others], self._ms[mine], self._ms[others])
        return tuple(each.astype(np.int64) for each in values)


def group_by_first(candidates: Iterable[Candidate]) -> dict[int, list[Candidate]]:
    """Return candidates by their recording of the lower number: in order, each pair once."""
    pairs: dict[tuple[int, int], Candidate] = {}
    for each in candidates:
        if each.first > each.second:
            ms = each.ms + each.lag_ms
            each = Candidate(each.second, each.first, ms, -each.lag_ms)
        pairs.setdefault((each.first, each.second), each)
    grouped: dict[int, list[Candidate]] = {}
    for (first, _), candidate in sorted(pairs.items()):
        grouped.setdefault(first, []).append(candidate)
    return grouped


def _best_lags(
    pairs: NDArray[np.int64], lags: NDArray[np.int64], moments: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """Return for each pair the most moments it shares at one lag within a stretch.

    With the pair come that number, the moment in the middle of them, and the lag. Pairs that share
    too few moments are left out.
    """
    lowest = int(lags.min(initial=0)) - 2
    lag_base = int(lags.max(initial=0)) - lowest + 3
    moment_base = int(moments.max(initial=0)) + 1 + _STRETCH_MOMENTS
    cells = pairs * lag_base + (lags - lowest)
    counts = np.bincount(cells % _SLOTS, minlength=_SLOTS)
    around = sum(counts[(cells + step) % _SLOTS] for step in (-1, 0, 1))
    cells, moments = cells[around >= _FEWEST_MOMENTS], moments[around >= _FEWEST_MOMENTS]
    keys = np.unique(np.concatenate([cells, cells - 1]) * moment_base + np.tile(moments, 2))
    counts = np.searchsorted(keys, keys + _STRETCH_MOMENTS) - np.arange(len(keys))
    starts = np.flatnonzero(counts >= _FEWEST_MOMENTS)
    counts, middles = counts[starts], keys[starts + counts[starts] // 2]
    rest, moment = np.divmod(middles, moment_base)
    pair, lag = np.divmod(rest, lag_base)
    order = np.lexsort((middles, -counts, pair))
    order = order[rank_equals(pair[order]) == 0]
    return pair[order], counts[order], moment[order], lag[order] + lowest
