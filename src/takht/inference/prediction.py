"""Who composed a recording and who is predicted when, from the probabilities of windows."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.familiarity import Familiarity, score_familiarity
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
    """The composer and their label, or None and "unknown"; and the most probable, at most three.

    `familiarity` in [0, 1] is what the card's threshold was compared with. A composer who is called
    "unknown" is shown as "unknown (composer)".
    """

    composer: str | None
    label: str
    candidates: list[Candidate]
    familiarity: float


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
    file: str,
    predicted: WindowPredictions,
    card: ModelCard,
    step_seconds: float,
    familiarity: Familiarity | None = None,
) -> Prediction:
    """Return who composed a recording; `step_seconds` is from window to window."""

    def decide_span(first: int, end: int | None) -> Decision:
        span = slice(first, end)
        return decide(predicted.probabilities[span], predicted.summaries[span], card, familiarity)

    return Prediction(
        file=file,
        seconds=round(predicted.seconds, 2),
        windows=len(predicted.probabilities),
        decision=decide_span(0, None),
        timeline=_timeline(predicted, step_seconds, decide_span),
    )


def decide(
    probabilities: NDArray[np.float64],
    summaries: NDArray[np.float32],
    card: ModelCard,
    familiarity: Familiarity | None = None,
) -> Decision:
    """Return the composer of windows, as `evaluate` decides on a recording.

    By the mean of their probabilities (windows, composers) at the temperature of the card;
    "unknown" where their familiarity, which needs their summaries (windows, numbers), is below its
    threshold.
    """
    mean = probabilities.mean(axis=0, keepdims=True)
    summary = summaries.mean(axis=0, keepdims=True, dtype=np.float64)
    familiar = float(score_familiarity(card, familiarity, mean, summary)[0])
    calibrated = card.confidence.apply(mean)[0]
    order = np.argsort(-calibrated, kind="stable")[:_NAMED].tolist()
    order = [n for n in order if mean[0, n] > 0]  # where all windows have 0, order means nothing
    guesses = [
        Candidate(
            card.composers[n],
            distinguish_label(card.labels[n]),
            round(float(calibrated[n]), _DECIMALS),
        )
        for n in order
    ]
    known = familiar >= card.confidence.unknown_below
    familiar = round(familiar, _DECIMALS)
    if not known:
        return Decision(None, UNKNOWN, guesses, familiar)
    return Decision(guesses[0].composer, guesses[0].label, guesses, familiar)


def distinguish_label(label: str) -> str:
    """Return the label, told apart from the answer "unknown" where a composer is called so."""
    return f"{label} (composer)" if fold(label) == UNKNOWN else label


def _timeline(
    predicted: WindowPredictions,
    step_seconds: float,
    decide_span: Callable[[int, int | None], Decision],
) -> list[TimelineSpan]:
    """Return spans of at least 20 s from the recording's start to its end, no two alike in a row.

    A change lies halfway between the middles of the windows before and after it.
    """
    least = math.ceil(MIN_SPAN_SECONDS / step_seconds)
    cuts = [(span.first, span.end) for span in timeline.find_spans(predicted.probabilities, least)]
    judged: list[tuple[int, int, Decision]] = []
    for first, end in cuts:
        found = decide_span(first, end)
        while judged and judged[-1][2].composer == found.composer:  # two unknown, for one
            first = judged.pop()[0]
            found = decide_span(first, end)
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
    return make_prediction(
        str(path), predicted, classifier.card, classifier.step_seconds, classifier.familiarity
    )
