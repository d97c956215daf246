"""Scores equal hand-computed ones, and their intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from takht.core.randomness import rng_for
from takht.evaluation.metrics import (
    accuracy,
    bootstrap_accuracy,
    bootstrap_interval,
    bootstrap_macro_f1,
    draw_resamples,
    exact_interval,
    macro_f1,
    share_below,
    too_few_tested,
    top_accuracy,
)

ACTUAL = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 0, 1])


def test_accuracy_and_macro_f1_by_hand():
    # composer 0: 2 right of 3 actual, 3 predicted; 1: 1 of 2, 3; 2: 0 of 1, 0
    assert accuracy(ACTUAL, PREDICTED) == pytest.approx(3 / 6)
    assert macro_f1(ACTUAL, PREDICTED) == pytest.approx((4 / 6 + 2 / 5 + 0) / 3)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=20))
def test_resampled_scores_are_the_scores_of_each_resample(pairs):
    actual, predicted = np.array(pairs).T
    places = draw_resamples(len(actual), 8, rng_for(1))
    accuracy = bootstrap_accuracy(actual, predicted, places)
    f1 = bootstrap_macro_f1(actual, predicted, places)
    for place, row in enumerate(places):
        a, p = actual[row], predicted[row]
        assert accuracy[place] == pytest.approx(np.mean(a == p))
        expected = f1_score(a, p, labels=np.unique(a), average="macro", zero_division=0)
        assert f1[place] == pytest.approx(expected)
        assert macro_f1(a, p) == pytest.approx(expected)


def test_resamples_draw_each_recording_with_replacement():
    places = draw_resamples(10, 4000, rng_for(1))
    assert places.shape == (4000, 10)
    counts = np.bincount(places.ravel(), minlength=10) / 4000
    np.testing.assert_allclose(counts, 1, atol=0.1)
    distinct = np.mean([len(set(row)) for row in places])
    assert distinct == pytest.approx(10 * (1 - 0.9**10), abs=0.1)


def test_interval_is_the_middle_95_percent():
    assert bootstrap_interval(np.arange(1001) / 10) == pytest.approx((2.5, 97.5))


def test_interval_covers_the_known_accuracy_of_a_binomial():
    rng = rng_for(7)
    covered = []
    for _ in range(400):
        right = (rng.random(80) < 0.7).astype(int)
        places = draw_resamples(80, 300, rng)
        low, high = bootstrap_interval(bootstrap_accuracy(np.ones(80, int), right, places))
        covered.append(low <= 0.7 <= high)
    assert np.mean(covered) == pytest.approx(0.94, abs=0.03)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),  # from R: binom.test(right, n)$conf.int
    [(4, 4, 0.3976354, 1.0), (0, 10, 0.0, 0.3084971), (12, 15, 0.5191089, 0.9566880)],
)
def test_exact_interval_is_clopper_and_pearsons(right, n, low, high):
    assert exact_interval(right, n) == pytest.approx((low, high), abs=1e-6)


def test_a_small_test_side_is_said_to_be_small():
    line = too_few_tested(4)
    assert line.startswith("4 test recordings are too few")
    assert "0.40" in line


def test_unknown_below_the_threshold_of_the_known_by_hand():
    known = np.arange(1, 21) / 20
    # Of 20 known scores, .05 is the lowest; the threshold that keeps 95 % of them is .05 or .10.
    assert share_below(known, np.array([0.01, 0.04, 0.2, 0.9]), 95) == 0.5
    assert share_below(known, np.array([0.01, 0.04, 0.2, 0.9]), 70) == 0.75


@pytest.mark.parametrize(("n", "percent", "place"), [(11, 90, 1), (6, 80, 1), (16, 80, 3)])
def test_the_threshold_is_exact_where_it_falls_on_a_known_score(n, percent, place):
    """1 - .9 is less than .1 in floating point: the threshold would be the score before."""
    known = np.arange(n)[::-1]
    assert share_below(known, known, percent) == place / n


def test_top_accuracy_counts_ties_against_the_right_composer():
    certain = np.eye(11)[[0, 0, 3]]
    actual = np.array([7, 2, 3])
    assert top_accuracy(actual, certain, 3) == pytest.approx(1 / 3)
    spread = np.array([[0.1, 0.2, 0.3, 0.4]] * 4)
    assert top_accuracy(np.arange(4), spread, 3) == 0.75
