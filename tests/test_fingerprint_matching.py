"""Landmarks are looked up among the recordings behind one as if all pairs were compared."""

import numpy as np
import pytest

from takht.fingerprint_matching import MOST_HOLDERS, Index
from takht.fingerprints import Landmarks


def drawn(rng, hashes, count):
    """Return landmarks with hashes drawn from a few, sorted as `triples` sorts them."""
    found = rng.choice(hashes, count).astype(np.uint32)
    seconds = rng.uniform(0, 30, count).astype(np.float32)
    order = np.lexsort((seconds, found))
    return Landmarks(found[order], seconds[order])


def pair_by_pair(recordings, number):
    """Return what recordings share, without an index: hash by hash, twin by twin."""
    mine, every = recordings[number], np.concatenate([each.hashes for each in recordings])
    rows = [
        (moment, twin, twin_moment)
        for name, moment in zip(mine.hashes, mine.seconds, strict=True)
        if np.count_nonzero(every == name) <= MOST_HOLDERS
        for twin in range(number + 1, len(recordings))
        for twin_moment in recordings[twin].seconds[recordings[twin].hashes == name]
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


@pytest.mark.parametrize("seed", range(4))
def test_the_index_finds_what_comparing_all_pairs_finds_in_the_same_order(seed):
    rng = np.random.default_rng(seed)
    hashes = np.concatenate([[0, 1, 2**31, 2**32 - 1], rng.integers(0, 2**32, 30)])
    recordings = [drawn(rng, hashes, count) for count in (40, 0, 25, 60, 1, 40)]
    index = Index(recordings)
    for number in range(len(recordings)):
        found = np.column_stack(index._shared(number))
        np.testing.assert_array_equal(found, pair_by_pair(recordings, number))


@pytest.mark.parametrize(("others", "pairs"), [(MOST_HOLDERS - 1, 1), (MOST_HOLDERS, 0)])
def test_a_hash_counts_by_all_its_holders_and_not_by_those_behind(others, pairs):
    crowd = Landmarks(np.full(others - 1, 7, np.uint32), np.zeros(others - 1, np.float32))
    one = Landmarks(np.array([7], np.uint32), np.zeros(1, np.float32))
    index = Index([crowd, one, one])
    assert len(index._shared(1)[0]) == pairs
