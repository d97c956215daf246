"""leak: train and test an experiment on a random split by window, to show what that flatters."""

import json
from pathlib import Path

from takht.stage import run

from takht.classifiers import predictions
from takht.core import tables
from takht.dataset.windows import Features, Windows
from takht.evaluation import leaky_split as leaking
from takht.runtime import atomic as outputs
from takht.training import fit as fitting
from takht.training import training_set
from takht.training.experiments import Experiment, Training


def leak(
    experiment: Experiment,
    windows: Windows,
    training: Training,
    feature_dir: Path,
    split_csv: Path,
    honest_json: Path,
    leak_json: Path,
) -> None:
    features = Features(feature_dir)
    split = tables.read_table(split_csv)
    labels = dict(sorted(zip(split["composer"], split["label"], strict=True)))
    sides = leaking.dealt(features.windows(windows), split, experiment, training)
    rows = training_set.chosen(sides["train"], experiment, training, features)

    model, _ = fitting.fit(
        experiment, windows, training, features, rows, sides["validation"], labels
    )
    tested = predictions.of_windows(model, features, sides["test"])
    leaky = float((tested["composer"] == tested["predicted"]).mean())
    honest = json.loads(honest_json.read_text(encoding="utf-8"))["accuracy_windows"]
    metrics = {
        "accuracy_windows_leaky": leaky,
        "accuracy_windows": honest,
        "leak_gap": leaky - honest,
        "n_windows": len(tested),
    }
    with outputs.fresh_file(leak_json) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(leak)
