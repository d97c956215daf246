"""Familiarity by hand: distances, certainty, and how the two become one number."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from takht.classifiers.calibration import Confidence
from takht.classifiers.familiarity import (
    Familiarity,
    MusicSpace,
    certainty,
    fit_familiarity,
    fit_space,
    score_familiarity,
    summarize_frames,
)
from takht.errors import TakhtError

SPACE = MusicSpace(np.array([1.0, 2.0]), np.array([2.0, 0.5]), np.array([[0.0, 0.0], [3.0, 4.0]]))
SUMMARIES = np.array([[1.0, 2.0], [7.0, 3.0], [1.0, 3.0]])  # (0, 0), (3, 2) and (0, 2) there
SAID = np.array([[1.0, 0.0], [0.5, 0.5], [0.8, 0.2]])
CLOSE = -np.log([1e-6, 2.0, 2.0])


def test_closeness_is_minus_the_log_of_the_distance_to_the_nearest_composer():
    np.testing.assert_allclose(SPACE.closeness(SUMMARIES), CLOSE)


def test_certainty_is_minus_the_entropy():
    expected = [0, np.log(0.5), 0.8 * np.log(0.8) + 0.2 * np.log(0.2)]
    np.testing.assert_allclose(certainty(SAID), expected, atol=1e-12)


def test_the_space_is_in_standard_units_of_all_and_has_a_centroid_for_each_composer():
    summaries = np.array([[0.0, 5.0], [2.0, 5.0], [4.0, 5.0], [10.0, 5.0]])
    space = fit_space(summaries, np.array([1, 0, 1, 0]))
    deviation = np.sqrt((16 + 4 + 0 + 36) / 4)
    np.testing.assert_allclose(space.mean, [4, 5])
    np.testing.assert_allclose(space.scale, [deviation, 1e-6])
    np.testing.assert_allclose(space.centroids, [[2 / deviation, 0], [-2 / deviation, 0]])


@pytest.mark.parametrize("known", [None, SAID])
def test_known_recordings_are_standard_normal_in_it(known):
    closeness = np.array([0.3, -1.0, 2.0])
    fitted = fit_familiarity(SPACE, closeness, known)
    total = (closeness - closeness.mean()) / closeness.std()
    if known is not None:
        sure = certainty(known)
        total = total + (sure - sure.mean()) / sure.std()
    np.testing.assert_allclose(fitted.combine(closeness, SAID), norm.cdf(total / total.std()))
    assert fitted.coefficients.shape == (3,)


def test_a_model_without_familiarity_goes_by_its_highest_calibrated_probability():
    card = SimpleNamespace(confidence=Confidence(temperature=2.0, unknown_below=0))
    said = np.array([[0.64, 0.36], [0.2, 0.8]])
    expected = [0.8 / 1.4, np.sqrt(0.8) / (np.sqrt(0.8) + np.sqrt(0.2))]
    np.testing.assert_allclose(score_familiarity(card, None, said, SUMMARIES), expected)
    own = Familiarity(SPACE, np.array([0.1, -0.2, 0.3]))
    score = norm.cdf(0.1 - 0.2 * CLOSE + 0.3 * certainty(SAID))
    np.testing.assert_allclose(score_familiarity(card, own, SAID, SUMMARIES), score)


def test_a_saved_familiarity_is_the_same_and_one_of_another_model_is_refused(tmp_path):
    card = SimpleNamespace(composers=("a", "b"))
    assert Familiarity.load(tmp_path, card, 2) is None
    own = Familiarity(SPACE, np.array([0.1, -0.2, 0.3]))
    own.save(tmp_path)
    loaded = Familiarity.load(tmp_path, card, 2)
    np.testing.assert_array_equal(loaded.score(SAID, SUMMARIES), own.score(SAID, SUMMARIES))
    flat = MusicSpace(SPACE.mean, np.array([0.0, 1.0]), SPACE.centroids)
    for saved, composers, numbers in ((own, ("a",), 2), (own, ("a", "b"), 3)):
        with pytest.raises(TakhtError, match=r"familiarity\.npz: shapes"):
            saved.load(tmp_path, SimpleNamespace(composers=composers), numbers)
    Familiarity(flat, own.coefficients).save(tmp_path)
    with pytest.raises(TakhtError, match=r"familiarity\.npz: shapes"):
        Familiarity.load(tmp_path, card, 2)


def test_a_window_is_summed_up_by_the_mean_and_deviation_of_each_band():
    windows = np.array([[[1, 5], [3, 5]], [[0, 2], [8, 4]]], np.float32)
    expected = [[2, 5, 1, 0], [4, 3, 4, 1]]
    np.testing.assert_allclose(summarize_frames(windows), expected)
