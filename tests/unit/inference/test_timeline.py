"""The timeline is the best of all cuts into long enough spans, and finds planted changes."""

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.inference.timeline import WindowSpan, find_spans


def value(probabilities: np.ndarray, found: list[WindowSpan], least: int) -> float:
    sums = sum(probabilities[first:end, composer].sum() for first, end, composer in found)
    return float(sums - least / 2 * (len(found) - 1))


def best_of_all(probabilities: np.ndarray, least: int) -> float:
    """The value of the best cut, by trying them all."""
    windows = len(probabilities)
    best = -np.inf
    for count in range(windows // least):
        for cuts in combinations(range(1, windows), count):
            edges = [0, *cuts, windows]
            if min(np.diff(edges)) >= least:
                parts = pairwise(edges)
                sums = sum(probabilities[i:j].sum(axis=0).max() for i, j in parts)
                best = max(best, float(sums - least / 2 * count))
    return best


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 11), st.integers(1, 4), st.integers(2, 4), st.integers(0, 10**6))
def test_no_cut_is_better_and_every_span_is_long_enough(windows, least, composers, seed):
    probabilities = np.random.default_rng(seed).dirichlet(np.full(composers, 0.2), windows)
    found = find_spans(probabilities, least)
    assert [span.first for span in found] == [0, *(span.end for span in found[:-1])]
    assert found[-1].end == windows
    assert all(one.composer != two.composer for one, two in pairwise(found))
    if windows >= 2 * least:
        assert min(span.end - span.first for span in found) >= least
        np.testing.assert_allclose(
            value(probabilities, found, least), best_of_all(probabilities, least), atol=1e-9
        )
    else:
        assert found == [WindowSpan(0, windows, int(probabilities.mean(axis=0).argmax()))]


def test_planted_changes_are_found_under_noise():
    rng = np.random.default_rng(1)
    truth = np.repeat([2, 0, 1], [40, 25, 60])
    right = rng.random(len(truth)) < 0.7
    heard = np.where(right, truth, rng.integers(0, 4, len(truth)))
    found = find_spans(np.eye(4)[heard] * 0.8 + 0.05, 11)
    assert [span.composer for span in found] == [2, 0, 1]
    assert np.abs(np.array([span.end for span in found]) - [40, 65, 125]).max() <= 3


def test_a_single_window_is_a_span():
    assert find_spans(np.array([[0.2, 0.8]]), 11) == [WindowSpan(0, 1, 1)]
