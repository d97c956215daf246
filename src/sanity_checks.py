"""sanity_checks: score an experiment on permuted labels, and on composers it never met."""

import json
from pathlib import Path

from takht.stage import run

import numpy as np
import pandas as pd

from takht.core import tables
from takht.core.randomness import rng_for
from takht.corpus.identity import identify_corpus
from takht.dataset.window_selection import permute_labels
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.evaluation.cross_validation import SanityChecks, cap_steps, score_fold, train_fold
from takht.evaluation.metrics import tell_apart
from takht.runtime.atomic import atomic_file
from takht.training.experiments import Experiment, NetworkExperiment, Training

# Recordings of one composer get one answer, so a single permutation of some fifty labels can be far
# from chance. A network costs too much for more than one.
PERMUTATIONS = 20
CHOICES = 10  # of composers who are left out, where a model costs little


def sanity_checks(
    experiment: Experiment,
    windows: WindowSize,
    training: Training,
    params: SanityChecks,
    feature_dir: Path,
    split_csv: Path,
    metrics_json: Path,
) -> None:
    features, split = FeatureFolder(feature_dir), tables.read_table(split_csv)
    every = features.windows(windows)
    training = cap_steps(training, params.max_steps)
    rng = rng_for(params.seed, "controls")

    permutations = 1 if isinstance(experiment, NetworkExperiment) else PERMUTATIONS
    by_chance = []
    for number in range(permutations):
        draw = rng if number == 0 else rng_for(params.seed, "controls", number)
        permuted = permute_labels(split, draw)
        model = train_fold(experiment, windows, training, features, permuted, every)
        tested = score_fold(model, features, split, every)
        by_chance.append((tested["composer"] == tested["predicted"]).mean())
    chance = split[split["side"] == "test"]["composer"].value_counts(normalize=True).max()

    composers = sorted(set(split["composer"]))
    known_parts: list[pd.DataFrame] = []
    unknown_parts: list[pd.DataFrame] = []
    choices = 1 if isinstance(experiment, NetworkExperiment) else CHOICES
    for number in range(choices if len(composers) > 2 else 0):  # a model needs two of them
        draw = rng if number == 0 else rng_for(params.seed, "unknown composers", number)
        left_out = draw.permutation(composers)[: min(params.unknown_composers, len(composers) - 2)]
        met = split[~split["composer"].isin(left_out)]
        model = train_fold(experiment, windows, training, features, met, every, confident=True)
        foreign = split[split["composer"].isin(left_out)].assign(side="test")
        below = model.card.confidence.unknown_below
        for side, parts in ((met, known_parts), (foreign, unknown_parts)):
            tested_side = score_fold(model, features, side, every)
            familiarity = tested_side["familiarity"]
            parts.append(pd.DataFrame({"score": familiarity, "named": familiarity >= below}))
    metrics = {
        "permuted_label_accuracy": float(np.mean(by_chance)),
        "permutations": permutations,
        "majority_class_share": float(chance),
        "n_recordings": len(tested),
        **(tell_apart(pd.concat(known_parts), pd.concat(unknown_parts)) if known_parts else {}),
        "corpus": identify_corpus(split),
    }
    with atomic_file(metrics_json) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(sanity_checks)
