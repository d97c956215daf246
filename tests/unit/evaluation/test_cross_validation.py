"""A fold is scored on its test recordings as they are, without their altered copies."""

import warnings

import numpy as np
import pandas as pd
import pytest
from synthetic import write_statistics

from takht.dataset.feature_folder import array_path
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError
from takht.evaluation import cross_validation
from takht.evaluation.cross_validation import cap_steps, make_folds, score_fold, train_fold
from takht.evaluation.leaky_split import split_by_window
from takht.training.experiments import DiscriminantExperiment, Training

ONE = WindowSize(frames=1, step_frames=1)
TRAINING = Training(
    width=1.0,
    recordings_per_composer=9,
    windows_per_recording=99,
    mask_bands=1,
    max_steps=9,
    threads=1,
    replicas=1,
    mixed_precision=False,
    xla=False,
)
EXPERIMENT = DiscriminantExperiment(
    features="statistics",
    kind="discriminant",
    model="shrinkage_lda",
    statistics=["timbre"],
    balance="uneven",
    seed=1,
)


def test_altered_copies_of_a_test_recording_have_no_part_in_its_score(tmp_path):
    split = write_statistics(
        tmp_path, composers=3, recordings=6, composer_strength=3, own_strength=0.2, copies=2
    )
    features = FeatureFolder(tmp_path / "statistics")
    windows = features.windows(ONE)
    model = train_fold(EXPERIMENT, ONE, TRAINING, features, split, windows)
    tested = split[split["side"] == "test"]
    for name in tested["recording"]:  # copies that speak against their original
        path = array_path(tmp_path / "statistics", name)
        values = np.load(path)
        values[20:] *= -5
        np.save(path, values)
    found = score_fold(model, FeatureFolder(tmp_path / "statistics"), split, windows)
    assert found["recording"].tolist() == sorted(tested["recording"])
    assert (found["windows"] == 20).all()
    assert (found["predicted"] == found["composer"]).all()
    assert (found["windows_right"] > 0.9).all()


def test_every_seed_deals_folds_of_its_own():
    """A repeat with another seed is another partition; the same seed is the same one."""
    names = [f"{composer}{number}" for composer in "abc" for number in range(8)]
    split = pd.DataFrame({"recording": names, "composer": [n[0] for n in names], "group": names})
    dealt = [
        frozenset(frozenset(fold["recording"][fold["side"] == "test"]) for fold in folds)
        for folds in (make_folds(split, 4, seed=seed) for seed in (1, 1, 2, 3))
    ]
    assert dealt[0] == dealt[1]
    assert len(set(dealt)) == 3
    assert all(sorted(set().union(*folds)) == sorted(names) for folds in dealt)


@pytest.mark.parametrize(
    ("composers", "groups", "most"),
    [("aaaabbc", "1234567", 4), ("aaaabb", "112233", 3)],  # recordings limit it, or groups
)
def test_as_many_folds_as_can_be_are_dealt_and_one_more_is_refused(composers, groups, most):
    split = pd.DataFrame({"composer": list(composers), "group": list(groups)})
    with warnings.catch_warnings(action="ignore"):  # scikit-learn's, of composers with fewer
        folds = list(make_folds(split, most, seed=2**32 + 1))  # as a late repeat of a large seed
        again = list(make_folds(split, most, seed=1))
    tested = np.array([fold["side"] == "test" for fold in folds])
    assert (tested.sum(axis=0) == 1).all()
    assert tested.any(axis=1).all()
    np.testing.assert_array_equal(tested, [fold["side"] == "test" for fold in again])
    refusal = rf"^params\.yaml: crossval\.folds: {most + 1} are too many for these .*; lower it"
    with pytest.raises(TakhtError, match=refusal):
        next(make_folds(split, most + 1, seed=1))


def test_a_fold_that_would_stay_empty_is_refused():
    """Groups of two composers: scikit-learn puts two of the four into one fold."""
    split = pd.DataFrame({"composer": list("bababbbab"), "group": list("012312110")})
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(TakhtError, match=r"crossval\.folds: 4 are too many"),
    ):
        next(make_folds(split, 4, seed=0))


def test_networks_take_at_most_the_steps_of_a_check():
    assert [cap_steps(TRAINING, most).max_steps for most in (5, 60)] == [5, 9]


@pytest.fixture
def corpus(tmp_path):
    split = write_statistics(tmp_path, composers=3, recordings=6, copies=1, windows=8)
    features = FeatureFolder(tmp_path / "statistics")
    return split, features, features.windows(ONE)


def test_a_fold_trains_on_its_own_windows_in_order_and_watches_every_tenth(corpus, monkeypatch):
    split, features, windows = corpus
    given = {}

    def fit(*args):
        given["chosen"], given["watched"], given["labels"] = args[4:]
        return "model", None

    def fit_confidence(model, _, rows, validation, __):
        given["rows"], given["validation"] = rows, validation
        return model

    monkeypatch.setattr(cross_validation, "fit_classifier", fit)
    monkeypatch.setattr(cross_validation, "fit_confidence", fit_confidence)
    shuffled = windows.sample(frac=1, random_state=1)
    train_fold(EXPERIMENT, ONE, TRAINING, features, split, shuffled)
    assert "rows" not in given
    train_fold(EXPERIMENT, ONE, TRAINING, features, split, shuffled, confident=True)
    names = sorted(split.loc[split["side"] == "train", "recording"])
    expected = [
        (name, copy, place + 8 * copy) for name in names for copy in (0, 1) for place in range(8)
    ]
    chosen = given["chosen"]
    assert (
        list(zip(chosen["recording"], chosen["copy"], chosen["first_frame"], strict=True))
        == expected
    )
    assert (chosen["composer"] == chosen["recording"].str[:2]).all()
    pd.testing.assert_frame_equal(given["rows"], chosen)
    pd.testing.assert_frame_equal(given["watched"], chosen.iloc[[*range(0, len(chosen), 10)]])
    assert list(given["labels"].items()) == [("c0", "c0"), ("c1", "c1"), ("c2", "c2")]
    validation = given["validation"]
    assert set(validation["copy"]) == {0}
    assert sorted(set(validation["recording"])) == sorted(
        split.loc[split["side"] == "validation", "recording"]
    )


def test_the_leaky_split_of_an_even_experiment_has_few_recordings_and_each_on_all_sides(corpus):
    split, _, windows = corpus
    even = EXPERIMENT.model_copy(update={"balance": "even"})
    caps = TRAINING.model_copy(update={"recordings_per_composer": 2})
    few, every = (
        pd.concat(split_by_window(windows, split, experiment, caps))
        for experiment in (even, EXPERIMENT)
    )
    assert few.groupby("composer")["recording"].nunique().tolist() == [2, 2, 2]
    assert few.groupby(["recording", "copy"]).size().tolist() == [8] * 12
    assert len(every) == len(windows)
