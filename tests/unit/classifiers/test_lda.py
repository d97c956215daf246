"""The discriminant is scikit-learn's, in numbers that can be stored."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from takht.discriminants.shrinkage_lda import fit_discriminant


def clouds(composers: int, *, each: int = 40, statistics: int = 15, seed: int = 1):
    """Return windows of correlated statistics on very different scales, and their composers."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(statistics, statistics))
    centres = rng.normal(0, 2, (composers, statistics))
    sizes = each + 7 * np.arange(composers)
    actual = np.repeat(np.arange(composers), sizes)
    windows = (centres[actual] + rng.normal(size=(len(actual), statistics))) @ mixing
    return windows * 10.0 ** rng.integers(-3, 4, statistics) + rng.normal(0, 50, statistics), actual


def probabilities(fitted, windows):
    odds = np.exp(fitted.log_odds(windows) - fitted.log_odds(windows).max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("composers", [2, 3, 7])
@pytest.mark.parametrize("each", [5, 60])  # fewer windows than statistics, and many
def test_shrinkage_lda_equals_scikit_learn(composers, each):
    windows, actual = clouds(composers, each=each)
    priors = np.full(composers, 1 / composers)
    theirs = make_pipeline(
        StandardScaler(),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors),
    ).fit(windows, actual)
    fitted = fit_discriminant(windows, actual)
    fresh, _ = clouds(composers, seed=1, each=each + 3)
    assert fitted.weights.shape == (15, composers)
    assert fitted.bias.shape == (composers,)
    np.testing.assert_allclose(
        probabilities(fitted, fresh), theirs.predict_proba(fresh), rtol=1e-7, atol=1e-10
    )


def test_composers_are_equally_likely_however_many_windows_they_have():
    rng = np.random.default_rng(2)
    actual = np.repeat([0, 1], [900, 100])
    windows = rng.normal(0, 1, (1000, 2))
    windows[:, 0] += 2.0 * actual
    fitted = fit_discriminant(windows, actual)
    midway = np.array([[1.0, 0.0]])
    assert probabilities(fitted, midway)[0, 0] == pytest.approx(0.5, abs=0.08)  # else 0.9


def test_a_statistics_scale_changes_nothing_and_one_that_never_varies_is_no_harm():
    windows, actual = clouds(3)
    expected = probabilities(fit_discriminant(windows, actual), windows)
    scales = 10.0 ** np.linspace(-2, 2, windows.shape[1])
    scaled = windows * scales + 3
    found = probabilities(fit_discriminant(scaled, actual), scaled)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    constant = np.concatenate([windows, np.full((len(windows), 1), 7.0)], axis=1)
    found = probabilities(fit_discriminant(constant, actual), constant)
    np.testing.assert_allclose(found, expected, atol=0.05)


def few(composers: int, each: int, spread: float):
    """Return windows that differ by `spread` within a composer, and windows near the means."""
    rng = np.random.default_rng(4)
    scales = 10.0 ** rng.uniform(-3, 4, 184)
    means = rng.normal(0, 1, (composers, 184))
    actual = np.repeat(np.arange(composers), each)
    windows = means[actual] + rng.normal(0, spread, (len(actual), 184))
    near = means + rng.normal(0, 0.3, means.shape)
    return windows * scales + 50, actual, near * scales + 50


@pytest.mark.parametrize("composers", [2, 37])
@pytest.mark.parametrize(("each", "spread"), [(1, 0.3), (2, 0.3), (2, 1e-9), (3, 0.0)])
def test_one_or_two_windows_of_each_composer_are_enough(composers, each, spread):
    """Of two, a composer's covariance cannot be shrunk: weights of 1e15, which no reader takes."""
    windows, actual, near = few(composers, each, spread)
    fitted = fit_discriminant(windows, actual)
    assert max(np.abs(fitted.weights).max(), np.abs(fitted.bias).max()) < 1e8
    assert (fitted.log_odds(near).argmax(axis=1) == np.arange(composers)).all()


def test_a_composer_of_one_window_beside_others_of_many_is_enough():
    """scikit-learn would warn of its covariance, and warnings are errors here."""
    windows, actual, near = few(9, 20, 0.3)
    kept = np.flatnonzero((actual != 0) | (np.cumsum(actual == 0) == 1))
    fitted = fit_discriminant(windows[kept], actual[kept])
    assert (fitted.log_odds(near).argmax(axis=1) == np.arange(9)).all()


def test_where_a_composers_windows_do_not_differ_the_nearest_mean_wins():
    windows, actual, near = few(9, 1, 0.0)
    found = fit_discriminant(windows, actual).log_odds(near)
    expected = -(((near[:, None] - windows[None]) / windows.std(axis=0)) ** 2).sum(axis=2) / 2
    np.testing.assert_allclose(
        found - found[:, :1], expected - expected[:, :1], rtol=1e-6, atol=1e-6
    )
