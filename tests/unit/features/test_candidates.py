"""Landmarks are looked up among all recordings; the best are kept, and the rest is counted."""

from itertools import combinations

import numpy as np
import pytest

from takht.features.fingerprints.candidates import MOST_PER_MINUTE, NEAREST, Found, Index
from takht.features.fingerprints.landmarks import Landmarks


def sort(hashes, cents, ms):
    order = np.lexsort((ms, cents, hashes))
    return Landmarks(
        np.asarray(hashes, np.uint32)[order],
        np.asarray(cents, np.int16)[order],
        np.asarray(ms, np.int32)[order],
    )


def drawn(rng, names, count, seconds=40):
    """Return landmarks with hashes drawn from a few names."""
    chosen = rng.choice(names, count)
    return sort(chosen, 9_600 + chosen % 4_000, rng.integers(0, 1000 * seconds, count))


def pair_by_pair(recordings, number):
    """Return what a recording shares with those of higher numbers, without an index."""
    mine = recordings[number]
    return sorted(
        (number, other, ms, other_ms)
        for name, ms in zip(mine.hashes.tolist(), mine.ms.tolist(), strict=True)
        for other, theirs in enumerate(recordings)
        if other > number
        for other_ms in theirs.ms[theirs.hashes == name].tolist()
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_index_finds_what_comparing_all_pairs_finds(seed):
    rng = np.random.default_rng(seed)
    names = np.concatenate([[0, 1, 2**31, 2**32 - 1], rng.integers(0, 2**32, 60)])
    recordings = [drawn(rng, names, count) for count in (40, 0, 25, 60, 1, 40)]
    index = Index(recordings)
    for number in range(len(recordings)):
        (first, ms), (second, other_ms) = (
            np.divmod(events, 2**32) for events in index._shared(range(number, number + 1))
        )
        found = zip(*(each.tolist() for each in (first, second, ms, other_ms)), strict=True)
        assert sorted(found) == pair_by_pair(recordings, number)
    every = sum(len(pair_by_pair(recordings, number)) for number in range(len(recordings)))
    assert sum(index.look_up(block).compared for block in index.blocks()) == every
    assert index.equal_pairs == every


def test_of_a_crowd_the_nearest_in_pitch_are_compared_and_the_rest_is_counted():
    size = 4 * NEAREST
    crowd = [sort([7], [9_000 + 10 * number], [0]) for number in range(size)]
    index = Index(crowd)
    _, others = index._shared(range(20, 21))
    assert sorted((others >> 32).tolist()) == list(range(21, 21 + NEAREST))
    near = sum(second - first <= NEAREST for first, second in combinations(range(size), 2))
    assert index.equal_pairs == size * (size - 1) // 2
    assert sum(index.look_up(block).compared for block in index.blocks()) == near


def test_a_pair_is_chosen_if_it_is_among_the_best_of_either_recording():
    rng, size = np.random.default_rng(6), 3 * MOST_PER_MINUTE
    index = Index([sort([number], [9_000], [0]) for number in range(size)])
    shared = [(*pair, int(rng.integers(3, 9)), 500, 0) for pair in combinations(range(size), 2)]
    found = [Found(np.array(part, np.int32), 0) for part in (shared[:size], shared[size:])]
    best_of: dict[int, list[tuple[int, int, int]]] = {}
    for first, second, moments, _, _ in shared:
        best_of.setdefault(first, []).append((-moments, second, first))
        best_of.setdefault(second, []).append((-moments, first, second))
    pairs = {
        (min(pair), max(pair))
        for best in best_of.values()
        for _, *pair in sorted(best)[:MOST_PER_MINUTE]
    }
    chosen = index.choose(found)
    assert [each[:2] for each in chosen] == sorted(pairs)
    assert size * MOST_PER_MINUTE // 2 < len(chosen) < len(shared)
    assert f" {len(shared) - len(chosen)} pairs " in index.describe_rest(found, len(chosen))


@pytest.mark.parametrize(("compared", "line"), [(99, ""), (98, "to save time, 98 of 100 ")])
def test_one_in_a_hundred_is_not_worth_a_line(compared, line):
    index = Index([sort([], [], [])])
    index.equal_pairs = 100
    said = index.describe_rest([Found(np.zeros((0, 5), np.int32), compared)], 0)
    assert said.startswith(line)
    assert bool(said) == bool(line)


@pytest.mark.parametrize("most", [1, 3])
def test_a_block_has_few_recordings_where_keys_would_be_too_large(most):
    silent = [sort([], [], [])] * 10
    index = Index([sort([1], [9_000], [86_400_000]), *silent])
    assert len(index.blocks()) == 1
    index._most_in_block = most
    assert max(len(block) for block in index.blocks()) == most
    assert [n for block in index.blocks() for n in block] == list(range(11))


def test_a_copy_is_found_with_its_lag_and_a_bounded_number_of_others():
    rng = np.random.default_rng(4)
    names = rng.integers(0, 2**32, 4_000)
    recordings = [drawn(rng, names, 1_600) for _ in range(30)]
    kept = np.flatnonzero((rng.random(1_600) < 0.1) & (recordings[0].ms > 10_000))
    parts = [each[kept] for each in vars(recordings[0]).values()]
    recordings.append(sort(parts[0], parts[1], parts[2] * 1.02 - 10_000))
    index = Index(recordings)
    found = [index.look_up(block) for block in index.blocks()]
    chosen = index.choose(found)
    (copy,) = [each for each in chosen if (each.first, each.second) == (0, 30)]
    assert abs(copy.lag_ms - (0.02 * (copy.ms + 10_000) - 10_000)) <= 1_500
    assert len(chosen) <= 31 * MOST_PER_MINUTE
    assert sum(len(block.shared) for block in found) > len(chosen) + 100


def test_recordings_are_looked_up_alike_in_one_block_or_many(monkeypatch):
    rng = np.random.default_rng(5)
    recordings = [drawn(rng, rng.integers(0, 500, 400), 800) for _ in range(12)]
    index = Index(recordings)
    whole = index.choose([index.look_up(block) for block in index.blocks()])
    monkeypatch.setattr("takht.features.fingerprints.candidates._LANDMARKS_AT_ONCE", 1_500)
    index = Index(recordings)
    assert len(index.blocks()) > 4
    assert index.choose([index.look_up(block) for block in index.blocks()]) == whole != []


def best_lag(times):
    """Return the moments shared at one lag, the middle one (ms) and the lag (ms), or None."""
    found = []
    lags = {(other_ms - ms) // 350 for ms, other_ms in times}
    for lag in {lag - one for lag in lags for one in (0, 1)}:
        near = [ms for ms, other_ms in times if (other_ms - ms) // 350 in (lag, lag + 1)]
        moments = sorted({ms // 250 for ms in near})
        for place, first in enumerate(moments):
            count = sum(first <= moment < first + 160 for moment in moments)
            found.append((-count, lag, moments[place + count // 2] if count > 2 else 0))
    count, lag, moment = min(found)
    return (-count, 250 * moment, 350 * (lag + 1)) if count <= -3 else None


@pytest.mark.parametrize("seed", range(20))
def test_a_pair_has_the_lag_at_which_most_moments_are_shared(seed):
    rng = np.random.default_rng(seed)
    names = rng.integers(0, 2**32, 80)
    recordings = [drawn(rng, names, 120, rng.integers(3, 120)) for _ in range(5)]
    if seed % 2:  # hours apart: keys of 64 bits
        hours = [3_600_000 * number for number in range(5)]
        recordings = [
            sort(each.hashes, each.cents, each.ms + start)
            for each, start in zip(recordings, hours, strict=True)
        ]
    for number in range(len(recordings)):
        times_of = {}
        for _, other, ms, other_ms in pair_by_pair(recordings, number):
            times_of.setdefault(other, []).append((ms, other_ms))
        best = {other: best_lag(times) for other, times in times_of.items()}
        expected = [(number, other, *found) for other, found in sorted(best.items()) if found]
        found = Index(recordings).look_up(range(number, number + 1)).shared
        assert list(map(tuple, found.tolist())) == expected
