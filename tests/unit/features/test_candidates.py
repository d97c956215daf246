"""Landmarks are looked up among all recordings; the best are kept, and the rest is counted."""

from itertools import combinations

import numpy as np
import pytest

from takht.features.fingerprints.candidates import (
    MOST_PER_MINUTE,
    NEAREST,
    Candidate,
    Found,
    Index,
    _number_pairs,
    choose_pairs,
    count_rest,
)
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
    """Return what a recording shares with the others, without an index."""
    mine = recordings[number]
    return sorted(
        (number, other, ms, other_ms)
        for name, ms in zip(mine.hashes.tolist(), mine.ms.tolist(), strict=True)
        for other, theirs in enumerate(recordings)
        if other != number
        for other_ms in theirs.ms[theirs.hashes == name].tolist()
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_index_finds_what_comparing_all_pairs_finds(seed):
    rng = np.random.default_rng(seed)
    names = np.concatenate([[0, 1, 2**31, 2**32 - 1], rng.integers(0, 2**32, 60)])
    recordings = [drawn(rng, names, count) for count in (40, 0, 25, 60, 1, 40)]
    index = Index(recordings)
    for number in range(len(recordings)):
        found = np.stack(index._shared(range(number, number + 1)), axis=1).tolist()
        assert sorted(map(tuple, found)) == pair_by_pair(recordings, number)
    every = sum(len(pair_by_pair(recordings, number)) for number in range(len(recordings))) // 2
    assert count_rest([index.look_up(block) for block in index.blocks()])[0] == every
    assert index.equal_pairs == every


def test_of_a_crowd_the_nearest_in_pitch_are_compared_and_the_rest_is_counted():
    size = 4 * NEAREST
    crowd = [sort([7], [9_000 + 10 * number], [0]) for number in range(size)]
    index = Index(crowd)
    (_, others, _, _) = index._shared(range(20, 21))
    assert sorted(others.tolist()) == [n for n in range(20 - NEAREST, 21 + NEAREST) if n != 20]
    near = sum(second - first <= NEAREST for first, second in combinations(range(size), 2))
    assert index.equal_pairs == size * (size - 1) // 2
    assert count_rest([index.look_up(block) for block in index.blocks()])[0] == near


def test_pairs_that_no_side_chose_are_counted_once():
    def found(*chosen, left_out):
        pairs = np.array(left_out).T
        return Found([Candidate(*pair, 0, 0) for pair in chosen], _number_pairs(*pairs), 6)

    # 0 and 1 leave each other out, and 2 chooses 1, which leaves 2 out.
    both = [found((0, 3), left_out=[[0, 1], [1, 2]]), found((2, 1), left_out=[[0, 1], [2, 3]])]
    assert count_rest(both) == (6, 2)


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
    candidates = [each for part in found for each in part.candidates]
    first = [each for each in candidates if each.first == 0]
    assert first[0].second == 30
    assert abs(first[0].lag_ms - (0.02 * (first[0].ms + 10_000) - 10_000)) <= 1_500
    assert max(sum(each.first == n for each in candidates) for n in range(31)) == MOST_PER_MINUTE
    assert count_rest(found)[1] > 100


def test_recordings_are_looked_up_alike_in_one_block_or_many(monkeypatch):
    rng = np.random.default_rng(5)
    recordings = [drawn(rng, rng.integers(0, 500, 400), 800) for _ in range(12)]
    whole = [
        each for block in Index(recordings).blocks() for each in Index(recordings).look_up(block)[0]
    ]
    monkeypatch.setattr("takht.features.fingerprints.candidates._LANDMARKS_AT_ONCE", 1_500)
    index = Index(recordings)
    assert len(index.blocks()) > 4
    assert [each for block in index.blocks() for each in index.look_up(block)[0]] == whole != []


def test_a_pair_is_aligned_once_from_its_lower_number():
    found = [Candidate(2, 1, 5_000, -4_000), Candidate(1, 2, 900, 4_100), Candidate(0, 2, 0, 0)]
    assert choose_pairs(found) == [Candidate(0, 2, 0, 0), Candidate(1, 2, 1_000, 4_000)]
