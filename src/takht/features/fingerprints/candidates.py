"""Which recordings share landmarks in the same order, and so are worth aligning."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.landmarks import Landmarks, rank_equals

NEAREST = 16  # landmarks of the same hash above a landmark in pitch, and below, are compared
MOST_PER_MINUTE = 16  # candidates of a recording; those with the most shared moments
_FEWEST_MOMENTS = 3
_LAG_MS = 1000  # a bin of the lags between two recordings; two neighbours count together
_MOMENT_MS = 250  # landmarks within this are one moment
_STRETCH_MOMENTS = 160  # shared moments are counted over this: 40 s
_SLOTS = 2**20 - 3  # of a table that counts what recordings share; a prime
_LANDMARKS_AT_ONCE = 2**15  # looked up together, in some 200 MB


class Candidate(NamedTuple):
    """Two recordings that share moments near `ms` of the first; the second is `lag_ms` later."""

    first: int  # its number
    second: int
    ms: int
    lag_ms: int


class Found(NamedTuple):
    """Candidates, pairs of recordings that share fewer moments, and landmarks compared."""

    candidates: list[Candidate]
    left_out: NDArray[np.int64]  # numbers of pairs
    compared: int  # pairs of landmarks, each from both sides


class Index:
    """The landmarks of all recordings, sorted by hash and pitch; 14 bytes each."""

    def __init__(self, recordings: Sequence[Landmarks]) -> None:
        lengths = [len(each.hashes) for each in recordings]
        self._bounds = np.concatenate([[0], np.cumsum(lengths)])
        hashes = np.concatenate([each.hashes for each in recordings])
        keys = hashes.astype(np.uint64) << np.uint64(16)
        keys |= np.concatenate([each.cents for each in recordings]).astype(np.uint64)
        number = np.min_scalar_type(len(hashes))  # small: memory is the limit
        order = np.argsort(keys, kind="stable").astype(number)
        del keys
        self._ms = np.concatenate([each.ms for each in recordings])[order]
        self._owners = np.repeat(np.arange(len(recordings), dtype=np.int32), lengths)[order]
        self._places = np.empty(len(order), number)  # of each landmark in that order
        self._places[order] = np.arange(len(order), dtype=number)
        # How many of its hash each landmark is compared with, before it and after it.
        hashes = hashes[order]
        rank = rank_equals(hashes)
        self._before = np.minimum(rank, NEAREST).astype(np.uint8)
        within = sum(int(rank_equals(each.hashes).sum()) for each in recordings)
        self.equal_pairs = int(rank.sum()) - within  # of landmarks of two recordings
        rank = rank_equals(hashes[::-1])[::-1]
        self._after = np.minimum(rank, NEAREST).astype(np.uint8)
        longest_ms = [int(each.ms.max(initial=0)) for each in recordings]
        self._most = MOST_PER_MINUTE * (1 + np.array(longest_ms) // 60_000)
        spans = (2 * max(longest_ms) // _LAG_MS + 8, max(longest_ms) // _MOMENT_MS + 512)
        self._most_in_block = max(1, 2**62 // (len(recordings) * spans[0] * spans[1]))

    def blocks(self) -> list[range]:
        """Return the numbers of all recordings in parts that are looked up together."""
        part = self._bounds[:-1] // _LANDMARKS_AT_ONCE
        is_first = np.arange(len(part)) % self._most_in_block == 0  # or keys pass 64 bits
        is_first |= np.diff(part, prepend=-1) != 0
        edges = [*np.flatnonzero(is_first).tolist(), len(part)]
        return [range(*each) for each in pairwise(edges)]

    def describe_rest(self, found: Sequence[Found]) -> str:
        """Return what was not looked at as a sentence, or nothing if everything was."""
        compared, left_out = count_rest(found)
        if compared == self.equal_pairs and not left_out:
            return ""
        return (
            f"to save time, {compared:,} of {self.equal_pairs:,} possible matches were looked at, "
            f"and {left_out:,} pairs of recordings with little in common were not compared in "
            "full; weak copies may be missed"
        )

    def look_up(self, block: range) -> Found:
        """Return the best candidates of each recording of a block, among all recordings."""
        first, second, ms, other_ms = self._shared(block)
        compared = len(first)
        pairs = (first - block.start) * len(self._most) + second  # small: they are multiplied
        best, count, moment, lag = _best_lags(pairs, (other_ms - ms) // _LAG_MS, ms // _MOMENT_MS)
        first, second = np.divmod(best, len(self._most))
        first += block.start
        order = np.lexsort((second, -count, first))
        is_kept = rank_equals(first[order]) < self._most[first[order]]
        columns = (first, second, moment * _MOMENT_MS, (lag + 1) * _LAG_MS)
        rows = np.stack([each[order[is_kept]] for each in columns], axis=1).tolist()
        rest = _number_pairs(first[order[~is_kept]], second[order[~is_kept]])
        return Found([Candidate(*row) for row in rows], rest, compared)

    def _shared(self, block: range) -> tuple[NDArray[np.int64], ...]:
        """Return recordings of a block, others, and their times (ms): landmarks of one hash."""
        places = self._places[self._bounds[block.start] : self._bounds[block.stop]]
        parts = [self._neighbours(np.zeros(0, np.int64))]
        for start in range(0, len(places), _LANDMARKS_AT_ONCE):
            parts.append(self._neighbours(places[start : start + _LANDMARKS_AT_ONCE]))
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

    def _neighbours(self, places: NDArray[np.integer]) -> tuple[NDArray[np.int64], ...]:
        places = np.sort(places).astype(np.int64)
        lowest = places - self._before[places]
        counts = self._after[places] + places + 1 - lowest
        mine = np.repeat(places, counts)
        others = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts - lowest, counts)
        is_shared = self._owners[mine] != self._owners[others]
        mine, others = mine[is_shared], others[is_shared]
        values = (self._owners[mine], self._owners[others], self._ms[mine], self._ms[others])
        return tuple(each.astype(np.int64) for each in values)


def count_rest(found: Sequence[Found]) -> tuple[int, int]:
    """Return how many pairs of landmarks were compared, and how many of recordings left out.

    A pair of recordings that either of them left out and the other chose is not left out.
    """
    chosen = np.array([each[:2] for block in found for each in block.candidates], np.int64)
    left_out = np.concatenate([np.zeros(0, np.int64), *(block.left_out for block in found)])
    rest = np.setdiff1d(left_out, _number_pairs(*chosen.reshape(-1, 2).T))
    return sum(block.compared for block in found) // 2, len(rest)


def _number_pairs(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each pair of recordings, whichever comes first."""
    return np.minimum(first, second) << 32 | np.maximum(first, second)


def choose_pairs(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each pair of recordings once, the lower number first, in order."""
    pairs: dict[tuple[int, int], Candidate] = {}
    for each in candidates:
        if each.first > each.second:
            ms = each.ms + each.lag_ms
            each = Candidate(each.second, each.first, ms, -each.lag_ms)
        pairs.setdefault((each.first, each.second), each)
    return [candidate for _, candidate in sorted(pairs.items())]


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
    slots = cells % _SLOTS
    counts = np.bincount(slots, minlength=_SLOTS)
    may_count = counts + np.roll(counts, 1) + np.roll(counts, -1) >= _FEWEST_MOMENTS
    cells, moments = cells[may_count[slots]], moments[may_count[slots]]
    keys = np.sort(np.concatenate([cells, cells - 1]) * moment_base + np.tile(moments, 2))
    keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]  # np.unique is slower
    last = _FEWEST_MOMENTS - 1
    starts = np.flatnonzero(keys[last:] < keys[: len(keys) - last] + _STRETCH_MOMENTS)
    counts = np.searchsorted(keys, keys[starts] + _STRETCH_MOMENTS) - starts
    middles = keys[starts + counts // 2]
    rest, moment = np.divmod(middles, moment_base)
    pair, lag = np.divmod(rest, lag_base)
    order = np.lexsort((middles, -counts, pair))
    order = order[rank_equals(pair[order]) == 0]
    return pair[order], counts[order], moment[order], lag[order] + lowest
