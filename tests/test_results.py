"""The README's tables are those that the committed results make."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("results", ROOT / "benchmarks/results.py")
results = importlib.util.module_from_spec(spec)
spec.loader.exec_module(results)


def test_the_readme_shows_the_committed_results():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert results.with_tables(readme) == readme


def test_every_experiment_of_params_yaml_is_in_every_table():
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for lines in (*map(results.test_table, results.MEASURED), results.crossval_table()):
        text = "\n".join(lines)
        assert all(f"| `{key}` |" in text for key in params["experiments"])


def test_the_demo_results_are_the_committed_metrics():
    for key, shown in results._read(ROOT / "results/demo.json")["experiments"].items():
        assert shown["metrics"] == results._read(ROOT / f"metrics/{key}.json")


def crossval(right):
    """Predictions of composers a and b; `right` has shape (repeats, recordings)."""
    return pd.DataFrame(
        [
            {
                "repeat": str(repeat),
                "recording": f"r{place:03d}",
                "composer": "ab"[place % 2],
                "predicted": "ab"[place % 2] if good else "ba"[place % 2],
            }
            for repeat, row in enumerate(right)
            for place, good in enumerate(row)
        ]
    )


def test_a_paired_difference_is_exact_and_its_interval_over_recordings():
    rng = np.random.default_rng(1)
    before = rng.random((3, 100)) < 0.6
    after = before | (rng.random((3, 100)) < 0.5)
    found = results.paired(crossval(before), crossval(after))
    gain, low, high = found["accuracy_recordings"]
    assert gain == pytest.approx(after.mean() - before.mean(), abs=1e-4)
    error = (after.mean(axis=0) - before.mean(axis=0)).std() / 10
    assert (low, high) == pytest.approx((gain - 1.96 * error, gain + 1.96 * error), abs=0.01)
    assert results.paired(crossval(before), crossval(before))["accuracy_recordings"] == [0, 0, 0]
