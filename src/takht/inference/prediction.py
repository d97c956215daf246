"""Who composed a recording, and who is predicted when: answers made of windows' probabilities."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.model_card import ModelCard
from takht.inference import timeline
from takht.inference.recording_classifier import WindowPredictions
from takht.text.names import fold

UNKNOWN = "unknown"
MIN_SPAN_SECONDS = 20.0
_NAMED = 3  # composers in the order of their probability
_DECIMALS = 4


@dataclass(frozen=True)
class Candidate:
    """A composer and how probable they are, calibrated."""

    composer: str
    label: str
    probability: float


@dataclass(frozen=True)
class Decision:
    """The composer and their label, or None and "unknown"; and the most probable three.

    A composer who is called "unknown" is shown as "unknown (composer)".
    """

    composer: str | None
    label: str
    most_probable: list[Candidate]


@dataclass(frozen=True)
class TimelineSpan:
    """A time in a recording, and who is predicted."""

    start_seconds: float
    end_seconds: float
    verdict: Decision


@dataclass(frozen=True)
class Prediction:
    """Who composed a recording."""

    file: str
    seconds: float
    windows: int
    verdict: Decision
    timeline: list[TimelineSpan]


@dataclass(frozen=True)
class Failure:
    """A file that could not be answered, and why."""

    file: str
    reason: str


def make_prediction(
    file: str, predicted: WindowPredictions, card: ModelCard, step_seconds: float
) -> Prediction:
    """Return who composed a recording; `step_seconds` is from window to window."""
    return Prediction(
        file=file,
        seconds=round(predicted.seconds, 2),
        windows=len(predicted.probabilities),
        verdict=decide(predicted.probabilities, card),
        timeline=_timeline(predicted, card, step_seconds),
    )


def decide(probabilities: NDArray[np.float64], card: ModelCard) -> Decision:
    """Return the composer of windows (windows, composers), as `evaluate` decides on a recording.

    By the mean of their probabilities at the temperature of the card, "unknown" where none reaches
    its threshold.
    """
    calibrated = card.confidence.apply(probabilities.mean(axis=0, keepdims=True))[0]
    order = np.argsort(-calibrated, kind="stable")[:_NAMED].tolist()
    guesses = [
        Candidate(
            card.composers[n],
            distinguish_label(card.labels[n]),
            round(float(calibrated[n]), _DECIMALS),
        )
        for n in order
    ]
    if calibrated.max() < card.confidence.unknown_below:
        return Decision(None, UNKNOWN, guesses)
    return Decision(guesses[0].composer, guesses[0].label, guesses)


def distinguish_label(label: str) -> str:
    """Return the label, told apart from the answer "unknown" where a composer is called so."""
    return f"{label} (composer)" if fold(label) == UNKNOWN else label


def _timeline(
    predicted: WindowPredictions, card: ModelCard, step_seconds: float
) -> list[TimelineSpan]:
    """Return spans of at least 20 s from the recording's start to its end, no two alike in a row.

    A change lies halfway between the middles of the windows before and after it.
    """
    least = math.ceil(MIN_SPAN_SECONDS / step_seconds)
    cuts = [(span.first, span.end) for span in timeline.find_spans(predicted.probabilities, least)]
    judged: list[tuple[int, int, Decision]] = []
    for first, end in cuts:
        found = decide(predicted.probabilities[first:end], card)
        while judged and judged[-1][2].composer == found.composer:  # two unknown, for one
            first = judged.pop()[0]
            found = decide(predicted.probabilities[first:end], card)
        judged.append((first, end, found))
    middles = predicted.middles_seconds
    between = (middles[1:] + middles[:-1]) / 2
    edges = np.concatenate([[0.0], between, [predicted.seconds]]).round(2).tolist()
    return [TimelineSpan(edges[first], edges[end], found) for first, end, found in judged]
