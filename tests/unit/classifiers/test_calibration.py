"""Confidence comes out as it was put in, and calibration never changes who is named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from takht.classifiers import calibration
from takht.classifiers.calibration import Confidence


def simulated(factor: float, recordings: int = 20_000, seed: int = 1):
    """Return the probabilities of a model `factor` times too sure, and who composed what."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, (recordings, 5))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    actual = (rng.random((recordings, 1)) > np.cumsum(true, axis=1)).sum(axis=1)
    said = np.exp(factor * logits)
    return said / said.sum(axis=1, keepdims=True), np.minimum(actual, 4)


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7, 3.0])
def test_the_temperature_is_the_factor_by_which_the_model_is_too_sure(factor):
    assert calibration.fit_temperature(*simulated(factor)) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize("factor", [0.6, 3.0])
def test_a_calibrated_model_means_what_it_says(factor):
    probabilities, actual = simulated(factor)
    before = calibration.expected_calibration_error(probabilities, actual)
    temperature = calibration.fit_temperature(probabilities, actual)
    held_out, truth = simulated(factor, seed=2)
    softened = calibration.apply_temperature(held_out, temperature)
    after = calibration.expected_calibration_error(softened, truth)
    assert before > 0.08
    assert after < 0.015


def test_a_model_that_means_what_it_says_has_no_expected_error():
    assert calibration.expected_calibration_error(*simulated(1.0)) < 0.015


def test_expected_error_by_hand():
    highest = np.array([0.95, 0.91, 1.0, 0.62, 0.65, 0.5])
    right = np.array([1, 0, 1, 0, 1, 1])
    probabilities = np.stack([highest, 1 - highest], axis=1)
    gaps = [
        3 / 6 * abs((0.95 + 0.91 + 1.0) / 3 - 2 / 3),  # 1.0 is in the last bin
        2 / 6 * abs((0.62 + 0.65) / 2 - 1 / 2),
        1 / 6 * abs(0.5 - 1),
    ]
    assert calibration.expected_calibration_error(probabilities, 1 - right) == pytest.approx(
        sum(gaps)
    )
    one_bin = abs(highest.mean() - 4 / 6)
    assert calibration.expected_calibration_error(
        probabilities, 1 - right, bins=1
    ) == pytest.approx(one_bin)


def test_cross_entropy_by_hand():
    probabilities = np.array([[0.5, 0.5], [0.8, 0.2], [1.0, 0.0]])
    expected = -(np.log(0.5) + np.log(0.2) + np.log(1e-6)) / 3
    assert calibration.cross_entropy(probabilities, np.array([0, 1, 1])) == pytest.approx(expected)


def test_a_temperature_by_hand():
    softened = calibration.apply_temperature(np.array([[0.64, 0.36], [1.0, 0.0]]), 2.0)
    np.testing.assert_allclose(softened, [[0.8 / 1.4, 0.6 / 1.4], [1000 / 1001, 1 / 1001]])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 1000), min_size=4, max_size=4), min_size=1, max_size=6),
    st.floats(0.05, 20),
)
def test_the_order_of_composers_stays(weights, temperature):
    probabilities = np.array(weights) / np.sum(weights, axis=1, keepdims=True)
    softened = Confidence(temperature=temperature, unknown_below=0).apply(probabilities)
    np.testing.assert_allclose(softened.sum(axis=1), 1)
    # Whoever led, no other passes: equal ones may differ by a rounding.
    for a in range(4):
        for b in range(4):
            ahead = probabilities[:, a] > probabilities[:, b]
            assert (softened[ahead, a] >= softened[ahead, b]).all()
    np.testing.assert_allclose(calibration.apply_temperature(probabilities, 1.0), probabilities)


def test_the_threshold_keeps_95_percent_and_never_all_out():
    rng = np.random.default_rng(2)
    familiarity = rng.random(4000)
    threshold = calibration.fit_threshold(familiarity)
    assert (familiarity >= threshold).mean() == pytest.approx(0.95, abs=0.002)
    assert (rng.random(4000) >= threshold).mean() == pytest.approx(0.95, abs=0.015)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 1.0), st.integers(1, 60))
def test_the_threshold_keeps_recordings_that_are_all_as_familiar(familiarity, recordings):
    every = np.full(recordings, familiarity)
    assert (every >= calibration.fit_threshold(every)).all()


@pytest.mark.parametrize(("right", "temperature"), [(0, 20), (1, 0.5)])
def test_a_model_that_is_always_right_or_wrong_keeps_a_temperature_within_bounds(
    right, temperature
):
    probabilities = np.tile([0.7, 0.3], (9, 1))
    found = calibration.fit_temperature(probabilities, np.full(9, 1 - right))
    assert found == pytest.approx(temperature, rel=0.01)


def test_no_confidence_is_no_change():
    probabilities, _ = simulated(2.0, recordings=50)
    np.testing.assert_allclose(calibration.UNCALIBRATED.apply(probabilities), probabilities)
    assert calibration.UNCALIBRATED.unknown_below == 0


@pytest.mark.parametrize("change", [{"temperature": 0.0}, {"unknown_below": 1.1}, {"x": 1}])
def test_an_impossible_confidence_is_refused(change):
    with pytest.raises(ValidationError, match=next(iter(change))):
        Confidence(**({"temperature": 1.0, "unknown_below": 0.1} | change))
