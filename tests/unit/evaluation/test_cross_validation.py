"""A fold is scored on its test recordings as they are, without their altered copies."""

import numpy as np
import pandas as pd
from synthetic import write_statistics

from takht.dataset.feature_folder import array_path
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.cross_validation import make_folds, score_fold, train_fold
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
