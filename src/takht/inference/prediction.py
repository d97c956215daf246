"""Who composed a recording and who is predicted when, from the probabilities of windows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.model_card import ModelCard
from takht.inference import timeline
from takht.inference.decoded_recording import UnusableRecording
from takht.inference.recording_classifier import RecordingClassifier, WindowPredictions
from takht.runtime.parallel import map_ordered
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
    candidates: list[Candidate]


@dataclass(frozen=True)
class TimelineSpan:
    """A time in a recording, and who is predicted."""

    start_seconds: float
    end_seconds: float
    decision: Decision


@dataclass(frozen=True)
class Prediction:
    """Who composed a recording."""

    file: str
    seconds: float
    windows: int
    decision: Decision
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
        decision=decide(predicted.probabilities, card),
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


def predict_all(
    classifier: RecordingClassifier, recordings: Sequence[Path]
) -> tuple[list[Prediction], list[Failure]]:
    """Return the predictions and the failures, each in the order of the recordings.

    A core works on one recording. Progress is on stderr, of a single recording by the segment.
    """
    answer_one = partial(_answer, classifier, len(recordings) == 1)
    each = map_ordered(answer_one, recordings, label="answer", threads=True)
    failures = [one for one in each if isinstance(one, Failure)]
    return [one for one in each if isinstance(one, Prediction)], failures


def _answer(classifier: RecordingClassifier, bar: bool, path: Path) -> Prediction | Failure:
    try:
        predicted = classifier.predict(path, bar=bar)
    except UnusableRecording as error:
        return Failure(str(path), str(error))
    except OSError as error:
        return Failure(str(path), error.strerror or str(error))
    return make_prediction(str(path), predicted, classifier.card, classifier.step_seconds)
