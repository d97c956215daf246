"""The discriminant is scikit-learn's, in numbers that can be stored."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from takht import discriminant


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
    fitted = discriminant.shrinkage_lda(windows, actual)
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
    fitted = discriminant.shrinkage_lda(windows, actual)
    midway = np.array([[1.0, 0.0]])
    assert probabilities(fitted, midway)[0, 0] == pytest.approx(0.5, abs=0.08)  # else 0.9


@pytest.mark.parametrize("kind", ["shrinkage_lda", "two_level"])
def test_a_statistics_scale_and_one_that_never_varies_change_nothing(kind):
    windows, actual = clouds(3)
    recordings = np.arange(len(actual)) // 5
    owner = actual[recordings * 5]  # a recording has one composer

    def said(x):
        if kind == "shrinkage_lda":
            return probabilities(discriminant.shrinkage_lda(x, owner), x)
        shares = {"between_share": 0.5, "shrinkage": 0.3}
        return probabilities(discriminant.two_level(x, owner, recordings, **shares), x)

    expected = said(windows)
    scales = 10.0 ** np.linspace(-2, 2, windows.shape[1])
    np.testing.assert_allclose(said(windows * scales + 3), expected, atol=1e-6)
    constant = np.concatenate([windows, np.full((len(windows), 1), 7.0)], axis=1)
    assert np.isfinite(said(constant)).all()
    assert (said(constant).argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.97


def recorded(rng, recordings: int, windows_each: int = 30):
    """Return windows whose first statistic varies with the recording, and the second with none.

    Two composers: both statistics differ between them by 1.5. Windows of a recording differ by
    0.1 in the first and by 1 in the second; recordings by 3 in the first.
    """
    composers = np.arange(recordings) % 2
    offsets = rng.normal(0, 3, recordings)
    numbers = np.repeat(np.arange(recordings), windows_each)
    own = composers[numbers]
    noise = rng.normal(0, [0.1, 1.0], (len(numbers), 2))
    windows = noise + 1.5 * own[:, None] + offsets[numbers, None] * [1, 0]
    return windows, own, numbers


def test_two_levels_are_not_fooled_by_recordings_offsets():
    plain, aware = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        windows, own, numbers = recorded(rng, 6)
        fresh, actual, _ = recorded(rng, 60)
        models = (
            discriminant.shrinkage_lda(windows, own),
            discriminant.two_level(windows, own, numbers, between_share=0.5, shrinkage=0.0),
        )
        scores = [accuracy_score(actual, model.log_odds(fresh).argmax(axis=1)) for model in models]
        plain.append(scores[0])
        aware.append(scores[1])
    assert np.mean(aware) > np.mean(plain) + 0.02


def test_a_recording_counts_once_however_long_it_is():
    rng = np.random.default_rng(3)
    windows, own, numbers = recorded(rng, 6)
    shares = {"between_share": 0.7, "shrinkage": 0.1}
    expected = discriminant.two_level(windows, own, numbers, **shares)
    longer = np.concatenate([windows, *[windows[numbers == 2]] * 9])
    repeated = np.full(9 * (numbers == 2).sum(), 2)
    found = discriminant.two_level(
        longer, np.concatenate([own, own[numbers == 2][0] + 0 * repeated]),
        np.concatenate([numbers, repeated]), **shares,
    )  # fmt: skip
    np.testing.assert_allclose(found.weights, expected.weights, rtol=1e-9)
    np.testing.assert_allclose(found.bias, expected.bias, rtol=1e-9)


@pytest.mark.parametrize(
    ("composers", "recordings"), [([0, 1, 0, 1], [0, 0, 1, 1]), ([0, 0, 1, 1], [0, 0, 1, 1])]
)
def test_recordings_that_tell_nothing_are_refused(composers, recordings):
    windows = np.random.default_rng(1).normal(size=(4, 3))
    with pytest.raises(ValueError, match="some composer two recordings"):
        discriminant.two_level(
            windows, np.array(composers), np.array(recordings), between_share=0.5, shrinkage=0.5
        )
