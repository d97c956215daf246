"""What the committed results must show, whatever their figures."""

import json

import pytest
from pipeline import ROOT
from scipy.stats import binom


@pytest.mark.parametrize("name", ["demo", "public"])
def test_shuffled_labels_taught_nothing(name):
    """No more recordings are right than guessing the most frequent composer once in 1,000 gives."""
    path = ROOT / f"docs/measured/{name}.json"
    experiments = json.loads(path.read_text(encoding="utf-8"))["experiments"]
    checked = {
        key: found["sanity_checks"]
        for key, found in experiments.items()
        if "sanity_checks" in found
    }
    assert checked
    for key, controls in checked.items():
        count, chance = controls["n_recordings"], controls["majority_class_share"]
        right = round(controls["permuted_label_accuracy"] * count)
        assert right <= binom.ppf(0.999, count, chance), key
