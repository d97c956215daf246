"""What the committed results must show, whatever their figures."""

import json
from pathlib import Path

import pytest
from scipy.stats import binom

ROOT = Path(__file__).parents[1]
MEASURED = [
    (name, key, found)
    for name in ("demo", "public")
    for key, found in json.loads((ROOT / f"results/{name}.json").read_text())["experiments"].items()
]


@pytest.mark.parametrize(
    ("name", "key", "found"),
    [each for each in MEASURED if "sanity_checks" in each[2]],
    ids=lambda value: str(value)[:24],
)
def test_shuffled_labels_taught_nothing(name, key, found):
    """No more recordings are right than guessing the most frequent composer once in 1,000 gives."""
    controls = found["sanity_checks"]
    count, chance = controls["n_recordings"], controls["majority_class_share"]
    right = round(controls["permuted_label_accuracy"] * count)
    assert right <= binom.ppf(0.999, count, chance), f"{name}: {key}"


@pytest.mark.parametrize(("name", "key", "found"), MEASURED, ids=lambda value: str(value)[:24])
def test_every_score_lies_in_its_interval(name, key, found):
    metrics = found["metrics"]
    for score in ("accuracy_recordings", "macro_f1_recordings"):
        low, high = metrics[f"{score}_low"], metrics[f"{score}_high"]
        assert low <= metrics[score] <= high, f"{name}: {key}: {score}"
