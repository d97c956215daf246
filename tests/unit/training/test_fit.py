"""A discriminant from its statistics to its model folder, and what params.yaml may say of it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import synthetic
import yaml
from feature_folders import write_recording
from pipeline import PARAMS, ROOT
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from takht.classifiers import classifier, predictions
from takht.dataset.feature_folder import FeaturePiece, array_path, write_index
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.runtime.params import ParamError, load_section
from takht.training import training_set
from takht.training.experiments import (
    DiscriminantExperiment,
    Experiment,
    NetworkExperiment,
    Training,
)
from takht.training.fit import fit_classifier

GROUPS = {"timbre": 12, "intervals": 6}
SHAPE = WindowSize(frames=108, step_frames=43)  # of networks; statistics come window by window
TRAINING = Training(**PARAMS["scales"]["demo"]["training"])
DISCRIMINANT = {
    "features": "statistics",
    "kind": "discriminant",
    "model": "shrinkage_lda",
    "statistics": ["timbre", "intervals"],
    "balance": "uneven",
    "seed": 1,
}
NETWORK = {
    "features": "mel",
    "kind": "network",
    "model": "mfcc_two_blocks",
    "balance": "even",
    "masked_copies": 0,
    "batch_size": 16,
    "epochs": 6,
    "learning_rate": 0.003,
    "patience": 6,
    "seed": 1,
}


def write_statistics(folder: Path, *, recordings: int = 12, contrast: float = 1.0) -> pd.DataFrame:
    """Write statistics of three composers' recordings, 2 segments of 8 windows, and return a split.

    Composers are `contrast` apart, recordings vary by 0.5 and windows by 1.
    """
    rng = np.random.default_rng(6)
    rows, split = [], []
    for composer in range(3):
        own = rng.normal(0, contrast, 18)
        for number in range(recordings):
            name = f"c{composer}/r{number:02d}"
            level = own + rng.normal(0, 0.5, 18)
            pieces = [
                FeaturePiece(0, segment, 60.0 * segment, level + rng.normal(0, 1, (8, 18)))
                for segment in range(2)
            ]
            rows.append(write_recording(folder, name, pieces, np.float32))
            side = ("train", "train", "validation", "test")[number % 4]
            split.append((name, f"c{composer}", f"ملحن {composer}", side))
    settings = {"kind": "statistics", "frame": "window", "unit": "statistics", "groups": GROUPS}
    settings |= {"sample_rate_hz": 22_050, "hop_samples": 44_032, "window_samples": 110_592}
    write_index(folder, dict(rows), settings)
    return pd.DataFrame(split, columns=["recording", "composer", "label", "side"])


def fitted(folder: Path, split: pd.DataFrame, **changes: object):
    source = FeatureFolder(folder)
    windows = source.windows(SHAPE)
    rows, validation = (select_side(windows, split, side) for side in ("train", "validation"))
    experiment = Experiment.parse(DISCRIMINANT | changes)
    rows = training_set.choose_windows(rows, experiment, TRAINING, source)
    labels = {f"c{n}": f"ملحن {n}" for n in range(3)}
    model, curve = fit_classifier(experiment, SHAPE, TRAINING, source, rows, validation, labels)
    return model, curve, source


def right(model, source, split, side: str = "test") -> float:
    table = predictions.predict_windows(
        model, source, select_side(source.windows(SHAPE), split, side)
    )
    recordings = predictions.average_by_recording(table, model.card.composers)
    return float((recordings["composer"] == recordings["predicted"]).mean())


def test_a_discriminant_from_statistics_to_predictions(tmp_path):
    split = write_statistics(tmp_path / "s")
    model, curve, source = fitted(tmp_path / "s", split)
    assert right(model, source, split) == 1
    card = model.card
    assert card.kind == "discriminant"
    assert card.composers == ("c0", "c1", "c2")
    assert card.labels == ("ملحن 0", "ملحن 1", "ملحن 2")
    assert (card.frames, card.step_frames, card.bands) == (1, 1, 18)
    assert card.training_windows == 3 * 6 * 16
    assert card.parameters == 18 * 3 + 3
    assert card.mflop_per_window == pytest.approx(2 * 18 * 3 / 1e6)
    assert card.features == source.settings
    assert card.experiment == DISCRIMINANT
    assert card.training == TRAINING.model_dump()
    assert list(curve.columns) == [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy",
    ]  # fmt: skip
    assert len(curve) == 1


def test_it_is_scikit_learns_on_the_training_windows(tmp_path):
    split = write_statistics(tmp_path / "s", contrast=0.5)
    model, curve, source = fitted(tmp_path / "s", split, statistics=["intervals"])
    columns = slice(12, 18)
    parts = {}
    for side in ("train", "validation", "test"):
        rows = select_side(source.windows(SHAPE), split, side)
        parts[side] = source.read(rows, 1), rows["composer"].str[1:].astype(int).to_numpy()
    windows, actual = parts["train"]
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[1 / 3] * 3)
    theirs = make_pipeline(StandardScaler(), lda).fit(windows[:, 0, columns].astype(float), actual)
    for windows, _ in parts.values():
        expected = theirs.predict_proba(windows[:, 0, columns].astype(float))
        np.testing.assert_allclose(model.probabilities(windows), expected, atol=1e-6)
    for prefix, side in (("", "train"), ("validation_", "validation")):
        windows, actual = parts[side]
        said = theirs.predict_proba(windows[:, 0, columns].astype(float))
        own = said[np.arange(len(actual)), actual]
        assert curve[f"{prefix}loss"][0] == pytest.approx(-np.log(own).mean(), abs=1e-4)
        assert curve[f"{prefix}accuracy"][0] == (said.argmax(axis=1) == actual).mean()


def test_what_is_saved_says_the_same_and_two_runs_write_the_same_bytes(tmp_path):
    split = write_statistics(tmp_path / "s")
    contents = []
    for name in ("first", "second"):
        model, _, source = fitted(tmp_path / "s", split)
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
        contents.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]
    assert len(contents[0]) == 2
    loaded = classifier.load_classifier(tmp_path / "first")
    rows = select_side(source.windows(SHAPE), split, "test")
    pd.testing.assert_frame_equal(
        predictions.predict_windows(loaded, source, rows),
        predictions.predict_windows(model, source, rows),
    )
    assert loaded.card == model.card


def test_no_window_of_validation_or_test_teaches_it(tmp_path):
    split = write_statistics(tmp_path / "s")
    model, _, _ = fitted(tmp_path / "s", split)
    for name in split[split["side"] != "train"]["recording"]:
        path = array_path(tmp_path / "s", name)
        np.save(path, -3 * np.load(path))
    other, _, _ = fitted(tmp_path / "s", split)
    windows = np.random.default_rng(1).normal(size=(20, 1, 18)).astype(np.float32)
    np.testing.assert_array_equal(other.probabilities(windows), model.probabilities(windows))


def test_shuffled_composers_give_chance(tmp_path):
    split = write_statistics(tmp_path / "s", recordings=16)
    scores = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        shuffled = split.copy()
        learning = split["side"] == "train"
        shuffled.loc[learning, "composer"] = rng.permutation(split.loc[learning, "composer"])
        model, _, source = fitted(tmp_path / "s", shuffled)
        scores.append(right(model, source, split))
    assert np.mean(scores) == pytest.approx(1 / 3, abs=0.15)
    assert right(fitted(tmp_path / "s", split)[0], source, split) == 1


def test_even_training_keeps_its_caps(tmp_path):
    split = write_statistics(tmp_path / "s")
    model, _, _ = fitted(tmp_path / "s", split, balance="even")
    assert model.card.training_windows == 3 * min(6, TRAINING.recordings_per_composer) * 16


@pytest.mark.parametrize(("max_steps", "epochs", "steps"), [(12, 4, 3), (3, 4, 1), (99, 4, 5)])
def test_the_epochs_of_a_network_share_the_most_steps(
    tmp_path, monkeypatch, max_steps, epochs, steps
):
    from takht.training import fit_network

    seen = []

    def count_steps(_network, training, _validation, _inputs, *, epochs, **_):
        seen.append((len(training), epochs))
        return pd.DataFrame()

    monkeypatch.setattr(fit_network, "train_network", count_steps)
    split = synthetic.write_features(tmp_path / "mel")
    source, shape = FeatureFolder(tmp_path / "mel"), WindowSize(frames=64, step_frames=34)
    rows, validation = (
        select_side(source.windows(shape), split, side) for side in ("train", "validation")
    )
    assert len(rows) == 3 * 3 * 2 * 5  # composers, recordings, segments, windows: 5 full batches
    experiment = NetworkExperiment(**NETWORK | {"epochs": epochs})
    scale = TRAINING.model_copy(update={"max_steps": max_steps, "replicas": 1, "width": 0.0625})
    labels = {f"c{n}": f"c{n}" for n in range(3)}
    fit_network.fit_network(experiment, shape, scale, source, rows, validation, labels)
    assert seen == [(steps, epochs)]


def test_features_that_are_no_statistics_are_refused(tmp_path):
    split = write_statistics(tmp_path / "s")
    settings = tmp_path / "s/settings.json"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('"groups"', '"other"'), encoding="utf-8")
    with pytest.raises(classifier.TakhtError, match="set features: statistics"):
        fitted(tmp_path / "s", split)


def test_a_discriminant_needs_no_tensorflow():
    code = "import sys, takht.training.fit_discriminant, takht.training.fit; "
    code += "sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "src")


def loaded(folder: Path, values: object) -> Experiment:
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump({"experiments": {"x": values}}), encoding="utf-8")
    return load_section(Experiment, {"experiment": "x"}, path)


def test_a_section_is_of_the_kind_that_its_key_says(tmp_path):
    assert type(loaded(tmp_path, NETWORK)) is NetworkExperiment
    found = loaded(tmp_path, DISCRIMINANT)
    assert type(found) is DiscriminantExperiment
    assert found.model_dump() == DISCRIMINANT


@pytest.mark.parametrize("name", PARAMS["experiments"])
def test_the_repositorys_own_experiments_are_valid(name):
    values = PARAMS["experiments"][name]
    found = load_section(Experiment, {"experiment": name}, ROOT / "params.yaml")
    assert isinstance(found, DiscriminantExperiment) == (values["kind"] == "discriminant")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (DISCRIMINANT | {"epochs": 3}, r"experiments\.x\.epochs: Extra.*got 3; remove the key"),
        (DISCRIMINANT | {"model": "qda"}, r"x\.model: .*known: shrinkage_lda.*, got 'qda'"),
        (DISCRIMINANT | {"model": "../qda"}, r"x\.model: .*known: shrinkage_lda.*, got '\.\./qda'"),
        (DISCRIMINANT | {"statistics": []}, r"x\.statistics: .*at least 1 item.*, got \[\]"),
        (DISCRIMINANT | {"statistics": ["rhythm"]}, r"x\.statistics\.0: .*got 'rhythm'"),
        (DISCRIMINANT | {"network": "mfcc_wide"}, r"x\.network: .*it is now called model"),
        (NETWORK | {"model": "resnet"}, r"x\.model: .*mfcc_wide.*, got 'resnet'; fix the value"),
        (NETWORK | {"statistics": ["timbre"]}, r"x\.statistics: Extra inputs"),
        (NETWORK | {"learning_rate": "fast"}, r"write a plain number without quotes"),
        (NETWORK | {"features": "../mel"}, r"x\.features: .*pattern"),
        ({}, r"experiments\.x\.kind: Field required, got None; write"),
        (
            NETWORK | {"kind": "forest"},
            r"experiments\.x\.kind: .*'forest'; write 'network', 'discriminant'",
        ),
        (
            DISCRIMINANT | {"statistics": ["steps"]},
            r"x\.statistics\.0: .*got 'steps'; it is now called quarter_tone_steps",
        ),
        ("baseline", r"experiments\.x: .*got 'baseline'"),
        (None, r"experiments\.x: .*got None"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path, values, reason):
    with pytest.raises(ParamError, match=rf"params\.yaml: .*{reason}"):
        loaded(tmp_path, values)
