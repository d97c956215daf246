"""Who composed a recording, and who is heard when: answers made of windows' probabilities."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.classifiers.model_card import Card
from takht.inference import timeline
from takht.inference.recording_classifier import Heard

UNKNOWN = "unknown"
LEAST_SPAN_SECONDS = 20.0
_NAMED = 3  # composers in the order of their probability
_DECIMALS = 4


@dataclass(frozen=True)
class Guess:
    """A composer and how probable they are, calibrated."""

    composer: str
    label: str
    probability: float


@dataclass(frozen=True)
class Verdict:
    """The composer and their label, or None and "unknown"; and the most probable three."""

    composer: str | None
    label: str
    most_probable: list[Guess]


@dataclass(frozen=True)
class Span:
    """A time in a recording, and who is heard."""

    start_seconds: float
    end_seconds: float
    verdict: Verdict


@dataclass(frozen=True)
class Answer:
    """Who composed a recording."""

    file: str
    seconds: float
    windows: int
    verdict: Verdict
    timeline: list[Span]


@dataclass(frozen=True)
class Failure:
    """A file that could not be answered, and why."""

    file: str
    reason: str


def answer(file: str, heard: Heard, card: Card, step_seconds: float) -> Answer:
    """Return who composed a recording; `step_seconds` is from window to window."""
    return Answer(
        file=file,
        seconds=round(heard.seconds, 2),
        windows=len(heard.probabilities),
        verdict=verdict(heard.probabilities, card),
        timeline=_timeline(heard, card, step_seconds),
    )


def verdict(probabilities: NDArray[np.float64], card: Card) -> Verdict:
    """Return who is heard in windows (windows, composers), as `evaluate` decides on a recording.

    By the mean of their probabilities at the temperature of the card, "unknown" where none reaches
    its threshold.
    """
    calibrated = card.confidence.apply(probabilities.mean(axis=0, keepdims=True))[0]
    order = np.argsort(-calibrated, kind="stable")[:_NAMED].tolist()
    guesses = [
        Guess(card.composers[n], card.labels[n], round(float(calibrated[n]), _DECIMALS))
        for n in order
    ]
    if calibrated.max() < card.confidence.unknown_below:
        return Verdict(None, UNKNOWN, guesses)
    return Verdict(guesses[0].composer, guesses[0].label, guesses)


def _timeline(heard: Heard, card: Card, step_seconds: float) -> list[Span]:
    """Return spans of at least 20 s from the recording's start to its end, no two alike in a row.

    A change lies halfway between the middles of the windows before and after it.
    """
    least = math.ceil(LEAST_SPAN_SECONDS / step_seconds)
    cuts = [(span.first, span.end) for span in timeline.spans(heard.probabilities, least)]
    judged: list[tuple[int, int, Verdict]] = []
    for first, end in cuts:
        found = verdict(heard.probabilities[first:end], card)
        while judged and judged[-1][2].composer == found.composer:  # two unknown, for one
            first = judged.pop()[0]
            found = verdict(heard.probabilities[first:end], card)
        judged.append((first, end, found))
    middles = heard.middles_seconds
    between = (middles[1:] + middles[:-1]) / 2
    edges = np.concatenate([[0.0], between, [heard.seconds]]).round(2).tolist()
    return [Span(edges[first], edges[end], found) for first, end, found in judged]
