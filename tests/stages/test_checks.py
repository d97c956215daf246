"""What the checks are for: a leak, labels of nothing, and strangers show as what they are."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic import write_statistics

from takht.core import tables
from takht.core.randomness import rng_for
from takht.dataset import window_selection
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.cross_validation import Crossval, SanityChecks, make_folds
from takht.evaluation.leaky_split import split_by_window
from takht.training.experiments import DiscriminantExperiment, Experiment, Training

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


@pytest.fixture
def experiment() -> Experiment:
    return DiscriminantExperiment(
        features="statistics",
        kind="discriminant",
        model="shrinkage_lda",
        statistics=["timbre"],
        balance="uneven",
        seed=1,
    )


def run(tmp_path: Path, stage: str, *sections: object) -> dict[str, float]:
    import crossval
    import leak
    import sanity_checks

    paths = [tmp_path / "statistics", tmp_path / "split.csv"]
    out = tmp_path / "out.json"
    if stage == "leak":
        (tmp_path / "honest.json").write_text('{"accuracy_windows": 0.25}')
        leak.leak(*sections, *paths, tmp_path / "honest.json", out)
    elif stage == "sanity_checks":
        sanity_checks.sanity_checks(*sections, *paths, out)
    else:
        crossval.crossval(*sections, *paths, out, tmp_path / "predictions.csv")
    found: dict[str, float] = json.loads(out.read_text())
    return found


def test_a_corpus_whose_recordings_are_all_alike_but_for_themselves_is_caught_leaking(
    tmp_path, experiment
):
    """Composers differ in nothing, recordings do: by recording chance, by window memory."""
    write_statistics(tmp_path, composers=4, recordings=6, composer_strength=0, own_strength=3)
    found = run(tmp_path, "leak", experiment, ONE, TRAINING)
    assert found["accuracy_windows_leaky"] > 0.6  # chance is .25
    assert found["leak_gap"] == found["accuracy_windows_leaky"] - 0.25
    assert found["accuracy_recordings_leaky"] > 0.6
    params = Crossval(folds=3, repeats=2, network_repeats=1, max_steps=1, seed=1)
    honest = run(tmp_path, "crossval", experiment, ONE, TRAINING, params)
    assert honest["accuracy_recordings"] < 0.5


def test_crossval_tests_every_recording_once_a_repeat_and_never_with_its_group(
    tmp_path, experiment
):
    write_statistics(tmp_path, composers=3, recordings=8, composer_strength=2, own_strength=0.5)
    params = Crossval(folds=4, repeats=2, network_repeats=1, max_steps=1, seed=1)
    found = run(tmp_path, "crossval", experiment, ONE, TRAINING, params)
    assert found["accuracy_recordings"] > 0.9
    assert (found["n_recordings"], found["repeats"]) == (24, 2)
    table = tables.read_table(tmp_path / "predictions.csv")
    assert (table.groupby(["repeat", "recording"]).size() == 1).all()
    split = tables.read_table(tmp_path / "split.csv")
    split["group"] = [str(row // 2) for row in range(len(split))]  # pairs of one work
    for fold in make_folds(split, 4, seed=3):
        assert (fold.groupby("group")["side"].nunique() == 1).all()


def test_crossvals_spread_is_that_over_its_repeats(tmp_path, experiment):
    write_statistics(tmp_path, composers=3, recordings=6, composer_strength=0.4, own_strength=1)
    params = Crossval(folds=3, repeats=4, network_repeats=1, max_steps=1, seed=1)
    found = run(tmp_path, "crossval", experiment, ONE, TRAINING, params)
    table = tables.read_table(tmp_path / "predictions.csv")
    each = (table["composer"] == table["predicted"]).groupby(table["repeat"]).mean()
    assert found["accuracy_recordings"] == pytest.approx(each.mean())
    assert found["accuracy_recordings_std"] == pytest.approx(each.std())


def test_shuffled_labels_come_out_at_chance_and_strangers_are_told(tmp_path, experiment):
    write_statistics(tmp_path, composers=6, recordings=12, composer_strength=2, own_strength=0.3)
    params = SanityChecks(max_steps=1, unknown_composers=2, seed=1)
    found = run(tmp_path, "sanity_checks", experiment, ONE, TRAINING, params)
    # Chance is 1 in 6: of 12 recordings, 6 or more are right once in 800 times.
    assert found["permuted_label_accuracy"] < 0.5
    assert found["open_set_auroc"] > 0.9
    at = [found[f"unknown_identified_at_{percent}"] for percent in (80, 90, 95)]
    assert at == sorted(at, reverse=True)
    assert at[-1] > 0.5
    assert found["unknown_identified"] > 0.5
    assert found["known_accept_rate"] > 0.85
    assert found["n_unknown_recordings"] == 10 * 24  # ten choices of two composers
    assert found["n_known_recordings"] == 10 * 8


@pytest.mark.parametrize(("balance", "recordings", "kept"), [("uneven", 3, 3), ("even", 8, 5)])
def test_a_leaky_split_of_few_recordings_has_all_sides_and_trains_on_all_composers(
    tmp_path, experiment, balance, recordings, kept
):
    split = write_statistics(tmp_path, composers=2, recordings=recordings)
    windows = FeatureFolder(tmp_path / "statistics").windows(ONE).drop_duplicates("recording")
    size = TRAINING.model_copy(update={"recordings_per_composer": kept})
    for seed in range(60):
        mine = experiment.model_copy(update={"seed": seed, "balance": balance})
        sides = split_by_window(windows, split, mine, size)
        assert set(sides) == {"train", "validation", "test"}
        assert set(sides["train"]["composer"]) == set(split["composer"])
        assert min(map(len, sides.values())) > 0
        assert sum(map(len, sides.values())) == 2 * kept


def test_of_two_composers_none_can_be_left_out(tmp_path, experiment):
    write_statistics(tmp_path, composers=2, recordings=6, composer_strength=2, own_strength=0.3)
    params = SanityChecks(max_steps=1, unknown_composers=2, seed=1)
    found = run(tmp_path, "sanity_checks", experiment, ONE, TRAINING, params)
    assert "permuted_label_accuracy" in found
    assert "open_set_auroc" not in found


def test_if_labels_leaked_into_the_control_it_would_show(tmp_path, experiment, monkeypatch):
    """The control is no control if it cannot fail: without shuffling it is far from chance."""
    write_statistics(tmp_path, composers=6, recordings=12, composer_strength=2, own_strength=0.3)
    monkeypatch.setattr("sanity_checks.permute_labels", lambda split, _rng: split)
    params = SanityChecks(max_steps=1, unknown_composers=2, seed=1)
    found = run(tmp_path, "sanity_checks", experiment, ONE, TRAINING, params)
    assert found["permuted_label_accuracy"] > 0.9


def test_shuffling_moves_training_composers_only_and_keeps_their_numbers():
    split = pd.DataFrame(
        {
            "recording": [f"r{n}" for n in range(60)],
            "composer": ["a"] * 20 + ["b"] * 20 + ["c"] * 20,
            "side": (["train"] * 14 + ["test"] * 6) * 3,
        }
    )
    shuffled = window_selection.permute_labels(split, rng_for(1))
    training = split["side"] == "train"
    assert (shuffled["composer"][~training] == split["composer"][~training]).all()
    assert (shuffled["composer"][training] != split["composer"][training]).mean() > 0.4
    counts = shuffled["composer"][training].value_counts()
    assert counts.to_dict() == {"a": 14, "b": 14, "c": 14}


def test_a_leaky_split_deals_every_window_once_and_keeps_copies_in_training(tmp_path):
    split = write_statistics(tmp_path, composers=3, recordings=5, copies=1)
    every = FeatureFolder(tmp_path / "statistics").windows(ONE)
    sides = window_selection.assign_windows_at_random(every, split, seed=1)
    names = [
        set(zip(part["recording"], part["copy"], part["first_frame"], strict=True))
        for part in sides.values()
    ]
    assert sum(map(len, names)) == len(set.union(*names)) == len(every)
    assert set(sides["test"]["copy"]) == set(sides["validation"]["copy"]) == {0}
    shared = set(sides["train"]["recording"]) & set(sides["test"]["recording"])
    assert len(shared) > 10  # that is the leak
    share = len(sides["test"]) / (every["copy"] == 0).sum()
    assert share == pytest.approx((split["side"] == "test").mean(), abs=0.03)
    assert np.isin(list(sides), ["train", "validation", "test"]).all()
