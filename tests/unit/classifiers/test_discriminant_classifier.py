"""A discriminant's folder says the same again, and a spoilt one is refused."""

import io
import json
import zipfile

import numpy as np
import pytest

from takht.classifiers import classifier
from takht.classifiers.calibration import Confidence
from takht.classifiers.discriminant_classifier import (
    DiscriminantCard,
    DiscriminantClassifier,
    select_columns,
)
from takht.classifiers.lda import Discriminant
from takht.errors import TakhtError

GROUPS = {"timbre": 5, "rhythm": 2, "intervals": 3}
SETTINGS = {"kind": "statistics", "unit": "statistics", "groups": GROUPS}
WINDOWS = np.random.default_rng(1).normal(size=(30, 1, 10)).astype(np.float32)


def model(**changes: object) -> DiscriminantClassifier:
    rng = np.random.default_rng(4)
    card = {
        "composers": ("a", "b", "c"),
        "labels": ("ا", "ب", "ج"),
        "frames": 1,
        "step_frames": 1,
        "bands": 10,
        "features": SETTINGS,
        "parameters": 27,
        "mflop_per_window": 0.001,
        "training_windows": 9,
        "experiment": {"seed": 4},
        "training": {},
        "libraries": {},
        "statistics": ("timbre", "intervals"),
    }
    weights, bias = rng.normal(size=(8, 3)), rng.normal(size=3)
    return DiscriminantClassifier(DiscriminantCard(**(card | changes)), Discriminant(weights, bias))


@pytest.fixture
def folder(tmp_path):
    model().save(tmp_path)
    return tmp_path


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_loaded_model_says_exactly_what_the_saved_one_said(folder):
    loaded = classifier.load_classifier(folder)
    assert isinstance(loaded, DiscriminantClassifier)
    probabilities = loaded.probabilities(WINDOWS)
    np.testing.assert_array_equal(probabilities, model().probabilities(WINDOWS))
    assert probabilities.dtype == np.float32
    assert loaded.card == model().card
    assert loaded.probabilities(WINDOWS[:0]).shape == (0, 3)


def test_probabilities_are_the_softmax_of_the_named_columns(folder):
    weights, bias = (np.load(folder / "weights.npz")[name] for name in ("weights", "bias"))
    odds = np.exp(WINDOWS[:, 0, [0, 1, 2, 3, 4, 7, 8, 9]] @ weights + bias)
    expected = odds / odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model().probabilities(WINDOWS), expected, rtol=1e-5)
    others = WINDOWS.copy()
    others[:, :, 5:7] = 99
    np.testing.assert_array_equal(model().probabilities(others), model().probabilities(WINDOWS))


def test_far_windows_do_not_overflow():
    far = model().probabilities(WINDOWS * np.float32(1e6))
    assert np.isfinite(far).all()
    np.testing.assert_allclose(far.sum(axis=1), 1, rtol=1e-6)


def test_saving_twice_writes_the_same_bytes(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("again")
    classifier.load_classifier(folder).save(other)
    assert sorted(p.name for p in other.iterdir()) == ["model.json", "weights.npz"]
    for path in folder.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()
    with zipfile.ZipFile(folder / "weights.npz") as archive:  # and tomorrow too: no clock in it
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_confidence_is_kept_and_changes_nothing_else(tmp_path):
    confidence = Confidence(temperature=1.5, unknown_below=0.25)
    calibrated = model().with_confidence(confidence)
    assert calibrated.card == model(confidence=confidence).card
    calibrated.save(tmp_path)
    loaded = classifier.load_classifier(tmp_path)
    assert loaded.card.confidence == confidence
    np.testing.assert_array_equal(loaded.probabilities(WINDOWS), model().probabilities(WINDOWS))


GOOD = {"weights": np.zeros((8, 3)), "bias": np.zeros(3)}
WHOLE = npz(**GOOD)
FLIPPED = WHOLE.replace(b"\0" * 64, b"\0" * 63 + b"\1", 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"not an archive", id="text"),
        pytest.param(WHOLE[: len(WHOLE) // 2], id="cut in half"),
        pytest.param(b"PK\x03\x04", id="a zip's first bytes"),
        pytest.param(FLIPPED, id="a bit off"),
        pytest.param(npy(np.zeros((8, 3))), id="one array, no archive"),
        pytest.param(npz(weights=GOOD["weights"]), id="no bias"),
        pytest.param(npz(**GOOD | {"weights": np.zeros((3, 8))}), id="transposed"),
        pytest.param(npz(**GOOD | {"weights": np.zeros((10, 3))}), id="all groups"),
        pytest.param(npz(**GOOD | {"weights": np.zeros((8, 2)), "bias": np.zeros(2)}), id="two"),
        pytest.param(npz(**GOOD | {"bias": np.zeros((1, 3))}), id="bias with two axes"),
        pytest.param(npz(**GOOD | {"bias": np.array([None, 1, {}])}), id="pickled"),
    ],
)
def test_spoilt_weights_are_refused(folder, content):
    (folder / "weights.npz").write_bytes(content)
    with pytest.raises(TakhtError, match=r"weights.*dvc check"):
        classifier.load_classifier(folder)


def test_a_pickle_in_the_weights_is_never_run(folder):
    class Trap:
        def __reduce__(self):
            return (folder.joinpath("sprung").touch, ())

    (folder / "weights.npz").write_bytes(npz(**GOOD | {"bias": np.array([Trap()] * 3)}))
    with pytest.raises(TakhtError, match=r"bias.*\|O of shape"):
        classifier.load_classifier(folder)
    assert not (folder / "sprung").exists()


def test_missing_weights_are_refused(folder):
    (folder / "weights.npz").unlink()
    with pytest.raises(TakhtError, match=r"No such file.*train the model again"):
        classifier.load_classifier(folder)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"statistics": ["timbre"]}, r"shapes \(8, 3\) and \(3,\)"),
        ({"statistics": ["melody"]}, r"groups \['intervals', 'rhythm', 'timbre'\], got \['melody'"),
        ({"composers": ["a", "b"], "labels": ["a", "b"]}, r"shapes \(8, 3\) and \(3,\)"),
        ({"labels": ["a"]}, "1 labels for 3 composers"),
        ({"kind": "network"}, "kind: Input should be 'discriminant'"),
        ({"extra": 1}, "extra: Extra inputs"),
    ],
)
def test_a_card_that_is_wrong_is_refused(folder, change, reason):
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(card | change), encoding="utf-8")
    with pytest.raises(TakhtError, match=reason):
        DiscriminantClassifier.load(folder)


@pytest.mark.parametrize(
    ("groups", "columns"),
    [
        (["timbre"], [0, 1, 2, 3, 4]),
        (["rhythm"], [5, 6]),
        (["intervals"], [7, 8, 9]),
        (["intervals", "rhythm"], [7, 8, 9, 5, 6]),
    ],
)
def test_columns_are_those_of_the_named_groups(groups, columns):
    assert select_columns(groups, SETTINGS).tolist() == columns


@pytest.mark.parametrize(
    ("settings", "had"), [({"unit": "dB"}, r"\[\]"), ({"groups": {"timbre": 5}}, r"\['timbre'\]")]
)
def test_features_without_the_group_are_refused(settings, had):
    reason = rf"features have the groups {had}, got \['intervals'\]; set features: statistics"
    with pytest.raises(TakhtError, match=reason):
        select_columns(["intervals"], settings)
