"""Confidence comes from recordings that had no part in what judged them, and knows strangers."""

import numpy as np
import pytest
from synthetic import write_features, write_statistics

from takht.classifiers import calibration, classifier, predictions
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError
from takht.training.confidence import _deal_folds, fit_confidence
from takht.training.experiments import DiscriminantExperiment, Training
from takht.training.fit import fit_classifier

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


def confident(root, split):
    features = FeatureFolder(root / "statistics")
    rows, validation = (
        select_side(features.windows(ONE), split, side) for side in ("train", "validation")
    )
    labels = {name: name for name in sorted(set(split["composer"]))}
    model, _ = fit_classifier(EXPERIMENT, ONE, TRAINING, features, rows, validation, labels)
    return fit_confidence(model, features, rows, validation, split), features


def judge(model, features, split, side):
    rows = select_side(features.windows(ONE), split, side)
    table = predictions.predict_windows(model, features, rows)
    recordings = predictions.average_by_recording(table, model.card.composers)
    return recordings, predictions.measure_familiarity(model, features, rows, recordings)


def test_the_threshold_keeps_known_recordings_that_it_never_met(tmp_path):
    """Where a recording says more of itself than of its composer, training flatters a threshold."""
    split = write_statistics(
        tmp_path, composers=5, recordings=48, composer_strength=1.0, own_strength=1.0
    )
    model, features = confident(tmp_path, split)
    _, familiarity = judge(model, features, split, "test")
    kept = (familiarity >= model.card.confidence.unknown_below).mean()
    assert len(familiarity) == 40
    assert 0.85 <= kept <= 1  # .95 of 40: within 3 standard deviations


def test_the_temperature_brings_probabilities_nearer_to_the_truth(tmp_path):
    split = write_statistics(
        tmp_path, composers=5, recordings=48, composer_strength=0.3, own_strength=1.0
    )
    model, features = confident(tmp_path, split)
    recordings, _ = judge(model, features, split, "test")
    raw = predictions.probability_matrix(recordings, model.card.composers)
    actual = predictions.encode_composers(recordings["composer"], model.card.composers)
    softened = model.card.confidence.apply(raw)
    assert calibration.cross_entropy(softened, actual) < calibration.cross_entropy(raw, actual)


def test_a_recording_has_no_part_in_the_discriminant_that_its_temperature_comes_from(tmp_path):
    """Where composers are alike, what is right of a recording was learnt from it by heart."""
    split = write_statistics(
        tmp_path, composers=5, recordings=12, composer_strength=0.0, own_strength=3.0
    )
    model, _ = confident(tmp_path, split)
    assert model.card.confidence.temperature > 10  # by heart, every answer is right: below 1


def test_a_saved_familiarity_says_the_same_and_a_spoilt_one_is_refused(tmp_path):
    split = write_statistics(tmp_path, composers=3, recordings=12)
    model, features = confident(tmp_path, split)
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    loaded = classifier.load_classifier(tmp_path / "model")
    np.testing.assert_array_equal(
        judge(loaded, features, split, "test")[1], judge(model, features, split, "test")[1]
    )
    path = tmp_path / "model/familiarity.npz"
    arrays = dict(np.load(path))
    for change in ({"scale": 0 * arrays["scale"]}, {"centroids": arrays["centroids"][:2]}):
        np.savez(path, **(arrays | change))
        with pytest.raises(TakhtError, match=r"familiarity\.npz: shapes"):
            classifier.load_classifier(tmp_path / "model")


def test_groups_stay_whole_and_composers_are_spread_over_folds(tmp_path):
    split = write_features(tmp_path / "mel", composers=4, sides=(6, 2, 1), frames=2)
    split["group"] = [f"g{row // 2}" for row in range(len(split))]  # of 9 a composer, in pairs
    known = split[split["side"] != "test"].set_index("recording")["composer"].sort_index()
    fold = _deal_folds(known, split)
    groups = known.index.map(split.set_index("recording")["group"])
    for group in set(groups):
        assert len(set(fold[groups == group])) == 1
    for composer in set(known):
        assert len(set(fold[known == composer])) >= 4
