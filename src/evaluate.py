"""evaluate: name the composers of the test recordings with one experiment's model, and score it."""

import json
import sys
from pathlib import Path
from typing import ClassVar

from takht.stage import run

from pydantic import Field

from takht.classifiers import classifier, predictions
from takht.core import tables
from takht.corpus.identity import identify_corpus
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.metrics import FEWEST_TESTED, too_few_tested
from takht.evaluation.summary import count_confusions, score_by_composer, summarize_scores
from takht.runtime.atomic import atomic_file
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
    features = FeatureFolder(feature_dir)
    split = tables.read_table(split_csv)
    model = classifier.load_classifier(model_dir)
    card = model.card
    classifier.require_same_features(card, features.settings, feature_dir)
    shape = WindowSize(frames=card.frames, step_frames=card.step_frames)
    rows = select_side(features.windows(shape), split, "test")
    windows = predictions.predict_windows(model, features, rows)
    recordings = predictions.average_by_recording(windows, card.composers)
    familiarity = predictions.measure_familiarity(model, features, rows, recordings)
    metrics = summarize_scores(windows, recordings, familiarity, card, **scores.model_dump())
    if len(recordings) < FEWEST_TESTED:
        sys.stderr.write(f"note: {too_few_tested(len(recordings))}\n")
    found = {
        **metrics,
        "n_rejected": len(tables.read_table(rejected_csv)),
        "corpus": identify_corpus(split),
    }
    with atomic_file(metrics_json) as path:
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    with atomic_file(predictions_csv) as path:
        tables.write_table(windows, path)
    with atomic_file(confusion_csv) as path:
        tables.write_plot(count_confusions(recordings, card), path)
    with atomic_file(composers_csv) as path:
        tables.write_plot(score_by_composer(recordings, card), path)


if __name__ == "__main__":
    run(evaluate)
