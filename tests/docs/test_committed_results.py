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
    checked = {key: found["controls"] for key, found in experiments.items() if "controls" in found}
    assert checked
    for key, controls in checked.items():
        count, chance = controls["n_recordings"], controls["largest_composer_share"]
        right = round(controls["shuffled_accuracy_recordings"] * count)
        assert right <= binom.ppf(0.999, count, chance), key
