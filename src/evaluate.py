"""evaluate: name the composers of the test recordings with one experiment's model, and score it."""

import json
from pathlib import Path
from typing import ClassVar

from takht.stage import run

from pydantic import Field

from takht.classifiers import classifier, predictions
from takht.core import tables
from takht.dataset import window_selection as selection
from takht.dataset.windows import Features, Windows
from takht.evaluation import summary as scoring
from takht.runtime import atomic as outputs
from takht.runtime.params import Section, Seed


class Scores(Section):
    at: ClassVar[str] = "scores"
    resamples: int = Field(ge=100, le=1_000_000, description="of the test recordings, with return")
    seed: Seed


def evaluate(
    scores: Scores,
    model_dir: Path,
    feature_dir: Path,
    split_csv: Path,
    rejected_csv: Path,
    metrics_json: Path,
    predictions_csv: Path,
    confusion_csv: Path,
    composers_csv: Path,
) -> None:
    features = Features(feature_dir)
    split = tables.read_table(split_csv)
    model = classifier.load(model_dir)
    card = model.card
    classifier.demand_same_features(card, features.settings, feature_dir)
    shape = Windows(frames=card.frames, step_frames=card.step_frames)
    rows = selection.of_side(features.windows(shape), split, "test")
    windows = predictions.of_windows(model, features, rows)
    recordings = predictions.of_recordings(windows, card.composers)
    metrics = scoring.metrics(windows, recordings, card, **scores.model_dump())
    metrics["n_rejected"] = len(tables.read_table(rejected_csv))
    with outputs.fresh_file(metrics_json) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    with outputs.fresh_file(predictions_csv) as path:
        tables.write_table(windows, path)
    with outputs.fresh_file(confusion_csv) as path:
        tables.write_table(scoring.confusion(recordings, card), path)
    with outputs.fresh_file(composers_csv) as path:
        tables.write_table(scoring.by_composer(recordings, card), path)


if __name__ == "__main__":
    run(evaluate)
