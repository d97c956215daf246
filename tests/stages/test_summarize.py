"""The few metrics that DVC lists."""

import json

from summarize import Experiments, summarize
from takht.core import tables


def test_macro_f1_of_the_experiments_of_params_yaml_and_of_no_other(tmp_path):
    for name in ("best", "mel_even", "removed"):
        rows = [("one", "a", "a"), ("two", "b", "b"), ("three", "b", "a")]
        table = tables.pd.DataFrame(rows, columns=["recording", "actual", "predicted"])
        tables.write_plot(table, tmp_path / f"{name}.csv")
    best, baseline = tmp_path / "best.json", tmp_path / "baseline.json"
    best.write_text('{"macro_f1_recordings": 0.61234}')  # and no baseline, which is in no params
    experiments = Experiments.parse({"mel_even": {}, "best": {}})
    one_split, crossval = tmp_path / "one.out", tmp_path / "crossval.out"
    summarize(experiments, tmp_path, baseline, best, one_split, crossval)
    assert json.loads(one_split.read_text()) == {"best": 0.6667, "mel_even": 0.6667}
    assert json.loads(crossval.read_text()) == {"best": 0.6123}
