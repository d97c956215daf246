"""Landmarks: spectral peaks in threes, as numbers that a copy of the audio shares.

Landmark hashing after Wang 2003, "An industrial-strength audio search algorithm", with more peaks
and ratios in place of pairs and differences, after Sonnleitner & Widmer 2016, "Robust quad-based
audio fingerprinting": most numbers stay the same when tempo or speed change by a few per cent.
Of each second, the landmarks with the lowest numbers are kept, so that a copy keeps the same ones.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.peaks import Peaks

_GAP_MS = 80  # from a peak to the next of a landmark: harmonics of one note say little
_REACH_MS = 2500
_STRETCH_MS = 1000
_BLOCK_MS = 60 * _STRETCH_MS  # of peaks that are combined together, to bound memory
_MOST_REPEATS = 4  # of a number in a recording
_PITCH_CENTS = 100  # a step of the first peak's pitch …
_INTERVAL_CENTS = 50  # … of the intervals to the others …
_PLACES = 8  # … and of the time from first to last, for the middle peak
_SPAN_EDGES_MS = np.rint(100 * np.exp(np.arange(24) / 4)).astype(np.int32)
_FOLLOWERS = 24  # peaks that may come next in a landmark; some may be those of speech over music
_KEPT = (80, 40)  # of a second: pairs of peaks, and threes
_MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))  # splitmix64's last steps


@dataclass(frozen=True)
class Landmarks:
    """Numbers of 32 bits, sorted, with the first peak's pitch and time; all shape (landmarks,)."""

    hashes: NDArray[np.uint32]
    cents: NDArray[np.int16]  # sorted within a hash
    ms: NDArray[np.int32]


def combine_peaks(peaks: Peaks) -> Landmarks:
    """Return the landmarks of a recording's peaks, sorted by hash, pitch and time.

    A hash holds the pitch of the first peak (semitones), the intervals to the two others (quarter
    tones), the place of the middle one in time, and the time from first to last (steps of 28 %).
    """
    edges = np.searchsorted(peaks.ms, np.arange(0, peaks.ms.max(initial=0) + _BLOCK_MS, _BLOCK_MS))
    parts = [_chain(peaks, *part) for part in pairwise([*edges.tolist(), len(peaks.ms)])]
    hashes = np.concatenate([each[0] for each in parts])
    first = np.concatenate([each[1] for each in parts])
    order = np.lexsort((peaks.ms[first], hashes))
    order = order[rank_equals(hashes[order]) < _MOST_REPEATS]
    order = order[np.lexsort((peaks.ms[first[order]], peaks.cents[first[order]], hashes[order]))]
    return Landmarks(hashes[order], peaks.cents[first[order]], peaks.ms[first[order]])


def _chain(peaks: Peaks, start: int, stop: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the hashes of landmarks, and the numbers of their first peaks, from start to stop."""
    end_ms = int(peaks.ms[start:stop].max(initial=0)) + len(_KEPT) * _REACH_MS
    part = peaks.part(start, int(np.searchsorted(peaks.ms, end_ms, side="right")))
    ms, cents = part.ms, part.cents.astype(np.int32)
    earliest = np.searchsorted(ms, ms + _GAP_MS)
    latest = np.minimum(np.searchsorted(ms, ms + _REACH_MS), earliest + _FOLLOWERS)
    chain = np.arange(stop - start)[None]  # (peaks of a chain, chains)
    hashes = np.zeros(stop - start, np.uint32)
    for most in _KEPT:
        counts = (latest - earliest)[chain[-1]]
        which = np.repeat(np.arange(len(counts)), counts)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        chain = np.vstack([chain[:, which], earliest[chain[-1, which]] + nth])
        hashes = _hash(ms[chain], cents[chain])
        stretch = ms[chain[0]].astype(np.int64) // _STRETCH_MS
        order = np.argsort(stretch << 32 | hashes, kind="stable")
        order = order[rank_equals(stretch[order]) < most]
        chain, hashes = chain[:, order], hashes[order]
    return hashes, chain[0] + start


def _hash(ms: NDArray[np.int32], cents: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Return a hash for each chain of peaks, given shape (peaks of a chain, chains)."""
    span = ms[-1] - ms[0]
    values = [cents[0] // _PITCH_CENTS]
    values += [(each - cents[0]) // _INTERVAL_CENTS for each in cents[1:] + _INTERVAL_CENTS // 2]
    values += [(each - ms[0]) * _PLACES // np.maximum(span, 1) for each in ms[1:-1]]
    values += [np.searchsorted(_SPAN_EDGES_MS, span)]
    mixed = np.full(len(span), len(ms), np.uint64)
    for value in values:
        mixed = mixed * np.uint64(1_000_003) + value.astype(np.uint64)
    for shift, factor in _MIXING:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def rank_equals(groups: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return each element's place among its equals, which are neighbours."""
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(starts, append=len(groups)))
