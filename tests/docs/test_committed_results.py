"""What the committed results must show, whatever their figures."""

import json

import pytest
from pipeline import ROOT
from scipy.stats import binom

MEASURED = [
    (name, key, found)
    for name in ("demo", "public")
    for key, found in json.loads((ROOT / f"docs/measured/{name}.json").read_text())[
        "experiments"
    ].items()
]


@pytest.mark.parametrize(
    ("name", "key", "found"),
    [each for each in MEASURED if "controls" in each[2]],
    ids=lambda value: str(value)[:24],
)
def test_shuffled_labels_taught_nothing(name, key, found):
    """No more recordings are right than guessing the most frequent composer once in 1,000 gives."""
    controls = found["controls"]
    count, chance = controls["n_recordings"], controls["largest_composer_share"]
    right = round(controls["shuffled_accuracy_recordings"] * count)
    assert right <= binom.ppf(0.999, count, chance), f"{name}: {key}"


@pytest.mark.parametrize(("name", "key", "found"), MEASURED, ids=lambda value: str(value)[:24])
def test_every_score_lies_in_its_interval(name, key, found):
    metrics = found["metrics"]
    for score in ("accuracy_recordings", "macro_f1_recordings"):
        low, high = metrics[f"{score}_low"], metrics[f"{score}_high"]
        assert low <= metrics[score] <= high, f"{name}: {key}: {score}"
