"""The tables of the five networks at `scale: laptop`, from what `results.py networks` measured."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from takht.core.randomness import rng_for
from takht.evaluation.metrics import bootstrap_interval

STORY = (  # each experiment of the study, and ours, with the one that it should beat
    ("mfcc_even", "mfcc_uneven"),
    ("mel_even", "mfcc_even"),
    ("mel_augmented", "mel_even"),
    ("mel_augmented_masked", "mel_augmented"),
    ("best", "mfcc_even"),
    ("best", "mel_augmented"),
)
RESAMPLES = 2000

Scores = NDArray[np.float64]


def table(title: str, measured: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a corpus's table of scores, in Markdown."""
    first = next(iter(measured["experiments"].values()))["tested"]
    counts = " + ".join(str(len(each)) for each in first)
    yield (
        f"**{title}**, {len(first)} splits ({counts} test recordings), "
        f"scale {measured['scale']}, measured at {measured['commit']}."
    )
    yield ""
    yield "| experiment | recording accuracy | macro-F1 |"
    yield "|---|---|---|"
    for key, each in measured["experiments"].items():
        scores = resampled(each["tested"])
        yield f"| `{key}` | {' | '.join(map(with_interval, scores))} |"


def gains(corpora: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table of gains, by title of the corpus, in Markdown."""
    yield f"| gain | {' | '.join(corpora)} | mean | mean, macro-F1 |"
    yield f"|---|{'---|' * len(corpora)}---|---|"
    for after, before in STORY:
        each = [
            resampled(measured["experiments"][after]["tested"])
            - resampled(measured["experiments"][before]["tested"])
            for measured in corpora.values()
        ]
        mean = np.mean(each, axis=0)
        shown = [with_interval(scores, "+") for scores in (*(gain[0] for gain in each), *mean)]
        yield f"| `{after}` over `{before}` | {' | '.join(shown)} |"


def resampled(splits: list[list[tuple[str, str, str]]]) -> Scores:
    """Return recording accuracy and macro-F1, shape (2, 1 + RESAMPLES).

    The first of each is that of the recordings themselves, all splits taken together; the others
    are of bootstrap resamples of the recordings, each with its predictions on all splits. The draws
    depend on the recordings' names alone, so differences of experiments are paired, and corpora are
    independent.
    """
    rows = [row for split in splits for row in split]
    recordings, owner = np.unique([row[0] for row in rows], return_inverse=True)
    _, numbers = np.unique([row[1:] for row in rows], return_inverse=True)
    actual, predicted = numbers.reshape(-1, 2).T
    draws = rng_for(1, "networks", recordings[0]).multinomial(
        len(recordings), np.full(len(recordings), 1 / len(recordings)), RESAMPLES
    )
    weights = np.vstack([np.ones(len(recordings)), draws])[:, owner]
    accuracy = (weights * (actual == predicted)).sum(axis=1) / weights.sum(axis=1)
    f1, present = np.zeros(len(weights)), np.zeros(len(weights))
    for number in np.unique(actual):
        truth, said = actual == number, predicted == number
        both, own = (weights * (truth & said)).sum(axis=1), (weights * truth).sum(axis=1)
        f1 += 2 * both / np.maximum(own + (weights * said).sum(axis=1), 1)
        present += own > 0
    return np.stack([accuracy, f1 / present])


def with_interval(scores: Scores, sign: str = "") -> str:
    """Return a score and its 95 % interval, from the score and its resamples."""
    low, high = bootstrap_interval(scores[1:])
    value, low, high = (re.sub(r"0\.", ".", f"{each:{sign}.3f}") for each in (scores[0], low, high))
    return f"**{value}** [{low}, {high}]"
