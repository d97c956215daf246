"""leak: train and test an experiment on a random split by window, to show what that flatters."""

import json
from pathlib import Path

from takht.stage import run

from takht.classifiers import predictions
from takht.core import tables
from takht.corpus.identity import identify_corpus
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.leaky_split import split_by_window
from takht.runtime.atomic import atomic_file
from takht.training import training_set
from takht.training.experiments import Experiment, Training
from takht.training.fit import fit_classifier


def leak(
    experiment: Experiment,
    windows: WindowSize,
    training: Training,
    feature_dir: Path,
    split_csv: Path,
    honest_json: Path,
    leak_json: Path,
) -> None:
    features = FeatureFolder(feature_dir)
    split = tables.read_table(split_csv)
    labels = dict(sorted(zip(split["composer"], split["label"], strict=True)))
    sides = split_by_window(features.windows(windows), split, experiment, training)
    rows = training_set.choose_windows(sides["train"], experiment, training, features)

    model, _ = fit_classifier(
        experiment, windows, training, features, rows, sides["validation"], labels
    )
    tested = predictions.predict_windows(model, features, sides["test"])
    heard = predictions.average_by_recording(tested, model.card.composers)
    leaky, by_recording = (
        float((table["composer"] == table["predicted"]).mean()) for table in (tested, heard)
    )
    honest = json.loads(honest_json.read_text(encoding="utf-8"))["accuracy_windows"]
    metrics = {
        "accuracy_windows_leaky": leaky,
        "accuracy_windows": honest,
        "leak_gap": leaky - honest,
        "accuracy_recordings_leaky": by_recording,
        "n_windows": len(tested),
        "corpus": identify_corpus(split),
    }
    with atomic_file(leak_json) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(leak)
