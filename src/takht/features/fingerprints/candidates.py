"""Which recordings share landmarks in the same order, and so are worth aligning."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.landmarks import Landmarks, rank_equals

NEAREST = 16  # landmarks of the same hash above a landmark in pitch, and below, are compared
MOST_PER_MINUTE = 16  # candidates of a recording; those with the most shared moments
_FEWEST_MOMENTS = 3
_LAG_MS = 350  # a bin of the lags between two recordings; two neighbours count together
_MOMENT_MS = 250  # landmarks within this are one moment
_STRETCH_MOMENTS = 160  # shared moments are counted over this: 40 s
_ENOUGH = 0.99  # of the possible matches: what is missed then is not worth a line
_MS_BITS, _MS_MASK = 32, 2**32 - 1
_LANDMARKS_AT_ONCE = 2**15  # looked up together: their matches stay in the processor's cache


class Candidate(NamedTuple):
    """Two recordings that share moments near `ms` of the first; the second is `lag_ms` later."""

    first: int  # its number
    second: int
    ms: int
    lag_ms: int


class Found(NamedTuple):
    """Pairs of recordings that share moments, and how many pairs of landmarks were compared.

    `shared` has shape (pairs, 5): both numbers, the lower first, shared moments, and the middle one
    and the lag as a Candidate has them.
    """

    shared: NDArray[np.int32]
    compared: int


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
        # One number per landmark: its recording in the upper 32 bits, its time (ms) in the lower.
        events = np.repeat(np.arange(len(recordings)) << _MS_BITS, lengths)
        events |= np.concatenate([each.ms for each in recordings])
        self._events = events[order]
        del events
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
        self._most_in_block = max(1, 2**61 // (len(recordings) * spans[0] * spans[1]))

    def blocks(self) -> list[range]:
        """Return the numbers of all recordings in parts that are looked up together."""
        part = self._bounds[:-1] // _LANDMARKS_AT_ONCE
        is_first = np.arange(len(part)) % self._most_in_block == 0  # or keys pass 64 bits
        is_first |= np.diff(part, prepend=-1) != 0
        edges = [*np.flatnonzero(is_first).tolist(), len(part)]
        return [range(*each) for each in pairwise(edges)]

    def describe_rest(self, found: Sequence[Found], chosen: int) -> str:
        """Return a sentence that says what was not looked at; empty if that is almost nothing."""
        compared = sum(block.compared for block in found)
        left_out = sum(len(block.shared) for block in found) - chosen
        if compared >= _ENOUGH * self.equal_pairs and not left_out:
            return ""
        return (
            f"to save time, {compared:,} of {self.equal_pairs:,} possible matches were looked at, "
            f"and {left_out:,} pairs of recordings with little in common were not compared in "
            "full; weak copies may be missed"
        )

    def look_up(self, block: range) -> Found:
        """Return what each recording of a block shares with those of higher numbers."""
        events, others = self._shared(block)
        first, second = (each >> _MS_BITS for each in (events, others))
        pairs = (first - block.start) * len(self._most) + second  # small, so that keys fit 64 bits
        ms, other_ms = (each.astype(np.int32) for each in (events, others))
        best, count, moment, lag = _best_lags(pairs, (other_ms - ms) // _LAG_MS, ms // _MOMENT_MS)
        first, second = np.divmod(best, len(self._most))
        columns = (first + block.start, second, count, moment * _MOMENT_MS, (lag + 1) * _LAG_MS)
        return Found(np.stack(columns, axis=1).astype(np.int32), len(pairs))

    def choose(self, found: Sequence[Found]) -> list[Candidate]:
        """Return the pairs of all blocks that are among the best of either recording."""
        shared = np.concatenate([block.shared for block in found])
        first, second, count = shared.T[:3]
        mine, others = np.concatenate([first, second]), np.concatenate([second, first])
        order = np.lexsort((others, -np.tile(count, 2), mine))
        is_kept = rank_equals(mine[order]) < self._most[mine[order]]
        kept = np.unique(order[is_kept] % len(shared))
        return [Candidate(*row) for row in shared[kept][:, [0, 1, 3, 4]].tolist()]

    def _shared(self, block: range) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return pairs of events with the same hash, two arrays of shape (pairs,).

        The first of a pair is of this block, the second of a recording with a higher number.
        """
        places = self._places[self._bounds[block.start] : self._bounds[block.stop]]
        parts = [self._neighbours(np.zeros(0, np.int64))]
        for start in range(0, len(places), _LANDMARKS_AT_ONCE):
            parts.append(self._neighbours(places[start : start + _LANDMARKS_AT_ONCE]))
        events, others = zip(*parts, strict=True)
        return np.concatenate(events), np.concatenate(others)

    def _neighbours(
        self, places: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        places = np.sort(places).astype(np.int64)
        lowest = places - self._before[places]
        counts = self._after[places] + places + 1 - lowest
        events = np.repeat(self._events[places], counts)
        others = np.arange(len(events)) + np.repeat(lowest + counts - np.cumsum(counts), counts)
        others = self._events[others]
        higher = np.flatnonzero(others > (events | _MS_MASK))  # of a recording with a higher number
        return events[higher], others[higher]


def _best_lags(
    pairs: NDArray[np.int64], lags: NDArray[np.int32], moments: NDArray[np.int32]
) -> tuple[NDArray[np.int64], ...]:
    """Return for each pair the most moments it shares at one lag within a stretch.

    With the pair come that number, the moment in the middle of them, and the lag. Pairs that share
    too few moments are left out.
    """
    lowest = int(lags.min(initial=0)) - 2
    lag_base = int(lags.max(initial=0)) - lowest + 3
    bits = (int(moments.max(initial=0)) + _STRETCH_MOMENTS).bit_length()
    keys = pairs * lag_base + (lags - lowest) << bits | moments
    if keys.max(initial=0) < 2**31:
        keys = keys.astype(np.int32)  # takes two thirds of the time
    keys.sort()
    keys = np.concatenate([keys, keys - (1 << bits)])  # a lag counts with the one before
    keys.sort(kind="stable")  # both halves are sorted: this merges them
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]  # np.unique is slower
    last = _FEWEST_MOMENTS - 1
    starts = np.flatnonzero(keys[last:] < keys[: len(keys) - last] + _STRETCH_MOMENTS)
    counts = np.searchsorted(keys, keys[starts] + _STRETCH_MOMENTS) - starts
    middles = keys[starts + counts // 2]
    pair, lag = np.divmod(middles >> bits, lag_base)
    order = np.lexsort((middles, -counts, pair))
    order = order[rank_equals(pair[order]) == 0]
    moment = middles[order] & ((1 << bits) - 1)
    return pair[order], counts[order], moment, lag[order] + lowest
