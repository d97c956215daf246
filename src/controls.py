"""controls: see that an experiment fails on shuffled labels, and knows composers it never met."""

import json
from pathlib import Path

from takht.stage import run

import numpy as np
from sklearn.metrics import roc_auc_score

from takht.classifiers import predictions
from takht.core import tables
from takht.core.randomness import rng_for
from takht.dataset import window_selection as selection
from takht.dataset.windows import Features, Windows
from takht.evaluation import cross_validation as trials
from takht.evaluation.settings import Controls
from takht.runtime import atomic as outputs
from takht.training.experiments import Experiment, NetworkExperiment, Training

# Recordings of one composer get one answer, so a single shuffle of some fifty labels can be far
# from chance. A network costs too much for more than one.
SHUFFLES = 20


def controls(
    experiment: Experiment,
    windows: Windows,
    training: Training,
    params: Controls,
    feature_dir: Path,
    split_csv: Path,
    metrics_json: Path,
) -> None:
    features, split = Features(feature_dir), tables.read_table(split_csv)
    every = features.windows(windows)
    training = trials.shortened(training, experiment, params.max_steps)
    rng = rng_for(params.seed, "controls")

    shuffles = 1 if isinstance(experiment, NetworkExperiment) else SHUFFLES
    by_chance = []
    for number in range(shuffles):
        draw = rng if number == 0 else rng_for(params.seed, "controls", number)
        shuffled = selection.with_shuffled_composers(split, draw)
        model = trials.trained(experiment, windows, training, features, shuffled, every)
        tested = trials.tested(model, features, split, every)
        by_chance.append((tested["composer"] == tested["predicted"]).mean())
    chance = split[split["side"] == "test"]["composer"].value_counts(normalize=True).max()

    composers = sorted(set(split["composer"]))
    strangers = rng.permutation(composers)[: min(params.unknown_composers, len(composers) - 2)]
    met = split[~split["composer"].isin(strangers)]
    model = trials.trained(experiment, windows, training, features, met, every)
    unknown = split[split["composer"].isin(strangers)].assign(side="test")
    known, foreign = (
        predictions.probabilities(
            trials.tested(model, features, side, every), model.card.composers
        ).max(axis=1)
        for side in (met, unknown)
    )
    truth = np.r_[np.ones(len(known)), np.zeros(len(foreign))]
    metrics = {
        "shuffled_accuracy_recordings": float(np.mean(by_chance)),
        "shuffles": shuffles,
        "largest_composer_share": float(chance),
        "n_recordings": len(tested),
        "unknown_auroc": float(roc_auc_score(truth, np.r_[known, foreign])),
        "n_known_recordings": len(known),
        "n_unknown_recordings": len(foreign),
    }
    with outputs.fresh_file(metrics_json) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(controls)
