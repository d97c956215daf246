"""Landmarks are looked up among the recordings behind one as if all pairs were compared."""

import numpy as np
import pytest

from takht.features.fingerprints.landmarks import Landmarks
from takht.features.fingerprints.matching import MOST_HOLDERS, Index, count_aligned


def drawn(rng, hashes, count):
    """Return landmarks with hashes drawn from a few, sorted as `triples` sorts them."""
    found = rng.choice(hashes, count).astype(np.uint32)
    seconds = rng.uniform(0, 30, count).astype(np.float32)
    order = np.lexsort((seconds, found))
    return Landmarks(found[order], seconds[order])


def pair_by_pair(recordings, number):
    """Return what recordings share, without an index: hash by hash, duplicate by duplicate."""
    mine, every = recordings[number], np.concatenate([each.hashes for each in recordings])
    rows = [
        (moment, duplicate, duplicate_moment)
        for name, moment in zip(mine.hashes, mine.seconds, strict=True)
        if np.count_nonzero(every == name) <= MOST_HOLDERS
        for duplicate in range(number + 1, len(recordings))
        for duplicate_moment in recordings[duplicate].seconds[recordings[duplicate].hashes == name]
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


@pytest.mark.parametrize("seed", range(4))
def test_the_index_finds_what_comparing_all_pairs_finds_in_the_same_order(seed):
    rng = np.random.default_rng(seed)
    hashes = np.concatenate([[0, 1, 2**31, 2**32 - 1], rng.integers(0, 2**32, 30)])
    recordings = [drawn(rng, hashes, count) for count in (40, 0, 25, 60, 1, 40)]
    index = Index(recordings)
    for number in range(len(recordings)):
        which, *duplicates = index._shared(number)
        found = np.column_stack([recordings[number].seconds[which], *duplicates])
        np.testing.assert_array_equal(found, pair_by_pair(recordings, number))


@pytest.mark.parametrize(("others", "pairs"), [(MOST_HOLDERS - 1, 1), (MOST_HOLDERS, 0)])
def test_a_hash_counts_by_all_its_holders_and_not_by_those_behind(others, pairs):
    crowd = Landmarks(np.full(others - 1, 7, np.uint32), np.zeros(others - 1, np.float32))
    one = Landmarks(np.array([7], np.uint32), np.zeros(1, np.float32))
    index = Index([crowd, one, one])
    assert len(index._shared(1)[0]) == pairs


def test_what_cannot_match_well_is_left_out_and_nothing_else():
    rng = np.random.default_rng(9)
    names = rng.integers(0, 2**32, 300)
    recordings = [drawn(rng, names, 900) for _ in range(6)]
    copied, late = recordings[0], np.float32(3)  # from three seconds on, half of it kept
    half = np.flatnonzero(rng.random(len(copied.hashes)) < 0.5)
    recordings.append(Landmarks(copied.hashes[half], copied.seconds[half] + late))
    index = Index(recordings)
    every = [index.matches(number) for number in range(len(recordings))]
    counts = []
    for least in (0.01, 0.05, 0.15, 0.4, 0.9):
        for number, found in enumerate(every):
            good = [match for match in found if match.score >= least]
            assert index.matches(number, least) == good
        counts.append(sum(match.score >= least for found in every for match in found))
    assert counts[0] > counts[2] >= 1
    assert counts[-1] == 0
    assert [match.duplicate for match in index.matches(0, 0.4)] == [6]


def test_votes_on_both_sides_of_a_bins_edge_count_together():
    """Offsets are counted in bins of 0.05 s from the lowest one, 0; the best is at an edge."""
    offsets = np.array([0.0, *[5.0] * 7, *[7.99] * 5, *[8.01] * 5])
    seconds = np.linspace(0, 0.2, len(offsets))
    score, offset = count_aligned(seconds.astype(np.float32), seconds, seconds + offsets)
    assert offset == pytest.approx(8.0, abs=0.05)
    assert score > 0
