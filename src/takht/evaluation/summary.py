"""What evaluate reports: a dictionary of metrics and a table of confusions."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.classifiers import calibration
from takht.classifiers.model_card import ModelCard
from takht.classifiers.predictions import encode_composers, probability_matrix
from takht.core.randomness import rng_for
from takht.evaluation.metrics import (
    accuracy,
    bootstrap_interval,
    bootstrap_macro_f1,
    draw_resamples,
    exact_interval,
    macro_f1,
    precision_and_recall,
    top_accuracy,
)


def summarize_scores(
    windows: pd.DataFrame,
    recordings: pd.DataFrame,
    familiarity: NDArray[np.float64],
    card: ModelCard,
    *,
    resamples: int,
    seed: int,
) -> dict[str, float | int]:
    """Return the scores of predictions a window and a recording, and what the model costs.

    A score of recordings has a 95 % interval, from `_low` to `_high`: Clopper and Pearson's for
    accuracy, percentiles over bootstrap resamples of the recordings for macro-F1. Where all
    recordings are right, or all wrong, resamples cannot differ, and accuracy's stands for both.
    Windows get none, because those of one recording are not independent. Calibration errors are of
    recordings, before and after the temperature. `familiarity` is the recordings', shape
    (recordings,).
    """
    actual = encode_composers(recordings["composer"], card.composers)
    predicted = encode_composers(recordings["predicted"], card.composers)
    right = int((actual == predicted).sum())
    accuracy_low, accuracy_high = f1_low, f1_high = exact_interval(right, len(actual))
    if 0 < right < len(actual):
        places = draw_resamples(len(actual), resamples, rng_for(seed, "bootstrap"))
        f1_low, f1_high = bootstrap_interval(bootstrap_macro_f1(actual, predicted, places))
    raw = probability_matrix(recordings, card.composers)
    calibrated = card.confidence.apply(raw)
    return {
        "accuracy_windows": float((windows["composer"] == windows["predicted"]).mean()),
        "accuracy_recordings": accuracy(actual, predicted),
        "accuracy_recordings_low": accuracy_low,
        "accuracy_recordings_high": accuracy_high,
        "macro_f1_recordings": macro_f1(actual, predicted),
        "macro_f1_recordings_low": f1_low,
        "macro_f1_recordings_high": f1_high,
        "top3_accuracy_recordings": top_accuracy(actual, raw, 3),
        "ece_uncalibrated": calibration.expected_calibration_error(raw, actual),
        "ece": calibration.expected_calibration_error(calibrated, actual),
        "temperature": card.confidence.temperature,
        "unknown_below": card.confidence.unknown_below,
        "known_accept_rate": float((familiarity >= card.confidence.unknown_below).mean()),
        "n_recordings": len(recordings),
        "n_windows": len(windows),
        "n_composers": int(recordings["composer"].nunique()),
        "training_windows": card.training_windows,
        "parameters": card.parameters,
        "mflop_per_window": card.mflop_per_window,
    }


def score_by_composer(recordings: pd.DataFrame, card: ModelCard) -> pd.DataFrame:
    """Return composer, precision, recall and n_recordings, a row a composer of the recordings."""
    actual = encode_composers(recordings["composer"], card.composers)
    predicted = encode_composers(recordings["predicted"], card.composers)
    return pd.DataFrame(
        {"composer": card.labels[number]} | precision_and_recall(actual, predicted, number)
        for number in sorted(set(actual.tolist()))
    )


def count_confusions(recordings: pd.DataFrame, card: ModelCard) -> pd.DataFrame:
    """Return recording, actual and predicted, a row a recording, composers by display label.

    It is the one table of single recordings that is in Git, so that two revisions can be compared
    in a clone that has no data.
    """
    labels: Mapping[str, str] = dict(zip(card.composers, card.labels, strict=True))
    return pd.DataFrame(
        {
            "recording": recordings["recording"],
            "actual": recordings["composer"].map(labels),
            "predicted": recordings["predicted"].map(labels),
        }
    )
