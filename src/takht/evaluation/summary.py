"""What evaluate reports: a dictionary of metrics and a table of confusions."""

from collections.abc import Mapping

import pandas as pd

from takht.classifiers import calibration
from takht.classifiers.model_card import Card
from takht.classifiers.predictions import numbers, probabilities
from takht.core.randomness import rng_for
from takht.evaluation import metrics as scores


def metrics(
    windows: pd.DataFrame, recordings: pd.DataFrame, card: Card, *, resamples: int, seed: int
) -> dict[str, float | int]:
    """Return the scores of predictions a window and a recording, and what the model costs.

    A score of recordings has a 95 % interval, from `_low` to `_high`: percentiles over bootstrap
    resamples of the recordings. Windows get none, because those of one recording are not
    independent. Calibration errors are of recordings, before and after the temperature that
    validation chose.
    """
    actual = numbers(recordings["composer"], card.composers)
    predicted = numbers(recordings["predicted"], card.composers)
    places = scores.resamples(len(recordings), resamples, rng_for(seed, "bootstrap"))
    accuracy_low, accuracy_high = scores.interval(
        scores.resampled_accuracy(actual, predicted, places)
    )
    raw = probabilities(recordings, card.composers)
    calibrated = card.confidence.apply(raw)
    f1_low, f1_high = scores.interval(scores.resampled_macro_f1(actual, predicted, places))
    return {
        "accuracy_windows": float((windows["composer"] == windows["predicted"]).mean()),
        "accuracy_recordings": scores.accuracy(actual, predicted),
        "accuracy_recordings_low": accuracy_low,
        "accuracy_recordings_high": accuracy_high,
        "macro_f1_recordings": scores.macro_f1(actual, predicted),
        "macro_f1_recordings_low": f1_low,
        "macro_f1_recordings_high": f1_high,
        "top3_accuracy_recordings": scores.top_accuracy(actual, raw, 3),
        "calibration_error_before": calibration.expected_error(raw, actual),
        "calibration_error": calibration.expected_error(calibrated, actual),
        "temperature": card.confidence.temperature,
        "unknown_below": card.confidence.unknown_below,
        "known_named": float((calibrated.max(axis=1) >= card.confidence.unknown_below).mean()),
        "n_recordings": len(recordings),
        "n_windows": len(windows),
        "n_composers": int(recordings["composer"].nunique()),
        "training_windows": card.training_windows,
        "parameters": card.parameters,
        "mflop_per_window": card.mflop_per_window,
    }


def by_composer(recordings: pd.DataFrame, card: Card) -> pd.DataFrame:
    """Return composer, precision, recall and n_recordings, a row a composer of the recordings."""
    actual = numbers(recordings["composer"], card.composers)
    predicted = numbers(recordings["predicted"], card.composers)
    return pd.DataFrame(
        {"composer": card.labels[number]} | scores.precision_and_recall(actual, predicted, number)
        for number in sorted(set(actual.tolist()))
    )


def confusion(recordings: pd.DataFrame, card: Card) -> pd.DataFrame:
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
