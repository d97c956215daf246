"""crossval: test an experiment on every recording, in grouped folds dealt several times.

Altered copies exist of the split's training recordings only: in a fold, an augmented experiment has
them for those of its training recordings that the split trains on too.
"""

import json
from pathlib import Path

from takht.stage import run

import numpy as np
import pandas as pd

from takht.classifiers import predictions
from takht.core import tables
from takht.corpus.identity import identify_corpus
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.cross_validation import (
    Crossval,
    cap_steps,
    make_folds,
    score_fold,
    train_fold,
)
from takht.evaluation.metrics import accuracy, macro_f1
from takht.runtime.atomic import atomic_file
from takht.runtime.parallel import map_ordered
from takht.training.experiments import Experiment, NetworkExperiment, Training


def crossval(
    experiment: Experiment,
    windows: WindowSize,
    training: Training,
    params: Crossval,
    feature_dir: Path,
    split_csv: Path,
    metrics_json: Path,
    predictions_csv: Path,
) -> None:
    features, split = FeatureFolder(feature_dir), tables.read_table(split_csv)
    every = features.windows(windows)
    training = cap_steps(training, params.max_steps)
    network = isinstance(experiment, NetworkExperiment)
    repeats = params.network_repeats if network else params.repeats
    columns = ["recording", "composer", "predicted", "windows_right", "windows"]

    def score(item: tuple[int, pd.DataFrame]) -> pd.DataFrame:
        repeat, fold = item
        model = train_fold(experiment, windows, training, features, fold, every)
        return score_fold(model, features, fold, every)[columns].assign(repeat=repeat)

    folds = [
        (repeat, fold)
        for repeat in range(repeats)
        for fold in make_folds(split, params.folds, params.seed + repeat)
    ]
    if network:  # which uses every core by itself
        parts = list(map(score, folds))
    else:
        parts = map_ordered(score, folds, label="crossval", unit="fold", threads=True)
    table = pd.concat(parts, ignore_index=True)
    with atomic_file(metrics_json) as path:
        found = {**_metrics(table, params.folds), "corpus": identify_corpus(split)}
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    with atomic_file(predictions_csv) as path:
        tables.write_plot(table.drop(columns="windows").round(4), path)


def _metrics(table: pd.DataFrame, folds: int) -> dict[str, float | int]:
    """Return each score's mean and, of several repeats, spread (their standard deviation)."""
    composers = sorted(set(table["composer"]))
    found = []
    for _, part in table.groupby("repeat"):
        actual = predictions.encode_composers(part["composer"], composers)
        predicted = predictions.encode_composers(part["predicted"], composers)
        found.append(
            {
                "accuracy_recordings": accuracy(actual, predicted),
                "macro_f1_recordings": macro_f1(actual, predicted),
                "accuracy_windows": float(
                    np.average(part["windows_right"], weights=part["windows"])
                ),
            }
        )
    frame = pd.DataFrame(found)
    metrics: dict[str, float | int] = {}
    for name in frame:
        metrics[str(name)] = float(frame[name].mean())
        if len(frame) > 1:
            metrics[f"{name}_std"] = float(frame[name].std())
    return metrics | {"folds": folds, "repeats": len(frame), "n_recordings": len(part)}


if __name__ == "__main__":
    run(crossval)
