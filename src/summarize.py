"""summarize: macro-F1 of every experiment in one small file, which DVC lists as metrics."""

import json
from pathlib import Path

from takht.stage import run

import numpy as np

from takht.core import tables
from takht.evaluation.metrics import macro_f1
from takht.runtime.atomic import atomic_file


def summarize(confusion_dir: Path, metrics_json: Path) -> None:
    found = {}
    for path in sorted(confusion_dir.glob("*.csv")):
        table = tables.read_table(path)
        both = np.concatenate([table["actual"], table["predicted"]])
        _, numbers = np.unique(both, return_inverse=True)
        actual, predicted = np.split(numbers, 2)
        found[path.stem] = round(macro_f1(actual, predicted), 4)
    with atomic_file(metrics_json) as path:
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(summarize)
