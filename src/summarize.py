"""summarize: macro-F1 of the experiments in two small files, which DVC lists as metrics."""

import json
from pathlib import Path
from typing import ClassVar

from takht.stage import run

import numpy as np
from pydantic import ConfigDict

from takht.core import tables
from takht.evaluation.metrics import macro_f1
from takht.runtime.atomic import atomic_file
from takht.runtime.params import Section


class Experiments(Section):
    """Which experiments there are; how they are trained makes no difference here."""

    at: ClassVar[str] = "experiments"
    model_config = ConfigDict(extra="allow")

    @property
    def names(self) -> set[str]:
        return set(self.model_extra or {})


def summarize(
    experiments: Experiments,
    confusion_dir: Path,
    baseline_json: Path,
    best_json: Path,
    one_split_json: Path,
    crossval_json: Path,
) -> None:
    one_split, crossval = {}, {}
    cross_validated = {"baseline": baseline_json, "best": best_json}
    for path in sorted(confusion_dir.glob("*.csv")):
        if path.stem not in experiments.names:
            continue  # it was one, and its file is left
        table = tables.read_table(path)
        both = np.concatenate([table["actual"], table["predicted"]])
        _, numbers = np.unique(both, return_inverse=True)
        actual, predicted = np.split(numbers, 2)
        one_split[path.stem] = macro_f1(actual, predicted)
        if path.stem in cross_validated:
            found = json.loads(cross_validated[path.stem].read_text(encoding="utf-8"))
            # DVC shows metrics of one name in two files by their paths.
            crossval[f"{path.stem}_cv"] = found["macro_f1_recordings"]
    for target, scores in ((one_split_json, one_split), (crossval_json, crossval)):
        rounded = {name: round(score, 4) for name, score in scores.items()}
        with atomic_file(target) as path:
            text = json.dumps(rounded, indent=2, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(summarize)
