"""The few metrics that DVC lists."""

import json

import pandas as pd

from summarize import Experiments, summarize
from takht.core import tables


def test_macro_f1_of_every_experiment_and_the_cross_validated_one_of_two(tmp_path):
    """Of those in params.yaml: a file of another one may be left, of other recordings."""
    experiments = Experiments.parse({"best": {}, "mel_even": {"seed": 1}, "not_yet": {}})
    for name in ("baseline", "best", "mel_even"):
        rows = [("one", "a", "a"), ("two", "b", "b"), ("three", "b", "a")]
        table = pd.DataFrame(rows, columns=["recording", "actual", "predicted"])
        tables.write_plot(table, tmp_path / f"{name}.csv")
    best, baseline = tmp_path / "best.json", tmp_path / "baseline.json"
    best.write_text('{"macro_f1_recordings": 0.61234}')
    one_split, crossval = tmp_path / "one.out", tmp_path / "crossval.out"
    summarize(experiments, tmp_path, baseline, best, one_split, crossval)
    assert json.loads(one_split.read_text()) == {"best": 0.6667, "mel_even": 0.6667}
    assert json.loads(crossval.read_text()) == {"best_cv": 0.6123}
