"""A model folder is all that a classifier needs, is checked, and is read as data only."""

import json
import subprocess
import sys

import numpy as np
import pytest
from pipeline import ROOT

from takht.classifiers import classifier, networks
from takht.classifiers.network_classifier import NetworkCard, NetworkClassifier
from takht.errors import TakhtError

BANDS, FRAMES = 64, 108
# Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


def model(**changes: object) -> NetworkClassifier:
    network = networks.build_network(
        "mel_six_blocks", frames=FRAMES, bands=BANDS, composers=2, width=0.03125, seed=4
    )
    card = {
        "composers": ("a", "b"),
        "labels": ("ا", "ب"),
        "frames": FRAMES,
        "step_frames": 43,
        "bands": BANDS,
        "features": {"kind": "mel", "unit": "dB", "bands": BANDS},
        "parameters": network.count_params(),
        "mflop_per_window": 1.5,
        "training_windows": 9,
        "experiment": {"seed": 4},
        "training": {},
        "libraries": {},
        "kind": "network",
        "network": "mel_six_blocks",
        "width": 0.03125,
        "threads": 1,
        "mean": tuple(np.linspace(-50, -30, BANDS, dtype=np.float32).tolist()),
        "std": tuple(np.linspace(5, 9, BANDS, dtype=np.float32).tolist()),
    }
    return NetworkClassifier(NetworkCard(**(card | changes)), network)


@pytest.fixture
def folder(tmp_path):
    model().save(tmp_path)
    return tmp_path


def test_a_loaded_model_says_exactly_what_the_saved_one_said(folder):
    windows = np.random.default_rng(1).uniform(-80, 0, (150, FRAMES, BANDS)).astype(np.float32)
    saved, loaded = model(), classifier.load_classifier(folder)
    probabilities = loaded.probabilities(windows)
    np.testing.assert_array_equal(probabilities, saved.probabilities(windows))
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert loaded.card == saved.card
    np.testing.assert_allclose(
        loaded.probabilities(windows[70:71]), probabilities[70:71], rtol=1e-4
    )
    assert loaded.probabilities(windows[:0]).shape == (0, 2)


def test_windows_are_standardised_with_the_cards_numbers(folder):
    loaded = classifier.load_classifier(folder)
    windows = np.random.default_rng(1).normal(size=(3, FRAMES, BANDS)).astype(np.float32)
    mean, std = (np.array(numbers, np.float32) for numbers in (loaded.card.mean, loaded.card.std))
    expected = loaded._network.predict_on_batch(windows)
    np.testing.assert_allclose(loaded.probabilities(windows * std + mean), expected, atol=1e-5)


def test_saving_twice_writes_the_same_bytes(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("again")
    classifier.load_classifier(folder).save(other)
    assert sorted(p.name for p in other.iterdir()) == ["model.json", "weights.weights.h5"]
    for path in folder.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "pickle"}, "kind: this version knows 'network' and 'discriminant', got 'pickle'"),
        ({"network": "os.system"}, "network: no file of this name in src/takht/networks"),
        ({"frames": "108"}, "frames: Input should be a valid integer"),
        ({"labels": ["x"]}, "1 labels for 2 composers"),
        ({"mean": [0.0]}, "mean and std need 64 numbers, got 1 and 64"),
        ({"std": [0.0] * 64}, "std"),
        ({"extra": 1}, "extra: Extra inputs"),
        ({"composers": ["a", "b", "c"], "labels": ["a", "b", "c"]}, "do not belong to one model"),
        ({"width": 0.5}, "do not belong to one model"),
    ],
)
def test_a_card_that_is_wrong_is_refused(folder, change, reason):
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(card | change), encoding="utf-8")
    with pytest.raises(TakhtError, match=reason):
        classifier.load_classifier(folder)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{"])
def test_a_card_that_is_no_json_is_refused(folder, content):
    (folder / "model.json").write_bytes(content)
    with pytest.raises(TakhtError, match=r"model\.json: .*train the model again"):
        classifier.load_classifier(folder)


def test_damaged_weights_are_refused(folder):
    (folder / "weights.weights.h5").write_bytes(b"not hdf5")
    with pytest.raises(TakhtError, match="weights"):
        classifier.load_classifier(folder)


def test_other_features_than_the_model_learnt_from_are_refused(tmp_path):
    card = model().card
    classifier.require_same_features(card, card.features, tmp_path)
    with pytest.raises(TakhtError, match="bands: the model learnt from 64, got 128"):
        classifier.require_same_features(card, card.features | {"bands": 128}, tmp_path)
    with pytest.raises(TakhtError, match="hop_samples: the model learnt from None, got 5"):
        classifier.require_same_features(card, card.features | {"hop_samples": 5}, tmp_path)


def test_importing_the_module_does_not_import_tensorflow():
    code = "import sys, takht.classifiers.classifier; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "src")
