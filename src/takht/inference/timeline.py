"""Who is predicted from when to when: windows' probabilities merged into spans."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class WindowSpan(NamedTuple):
    """Neighbouring windows, `first` to before `end`, of one composer (its number)."""

    first: int
    end: int
    composer: int


def find_spans(probabilities: NDArray[np.float64], least_windows: int) -> list[WindowSpan]:
    """Return spans from the first window to the last, neighbours of different composers.

    `probabilities` has shape (windows, composers), at least one window. Of all ways to cut, each
    span at least `least_windows` long, it is the one in which the spans' composers have the
    largest sum of probabilities, less half of `least_windows` for each change of composer: as much
    as a change must gain. A recursion over windows finds it (a semi-Markov model's Viterbi path).
    Fewer than twice `least_windows` are one span.
    """
    windows, composers = probabilities.shape
    if windows < 2 * least_windows:
        return [WindowSpan(0, windows, int(probabilities.sum(axis=0).argmax()))]
    sums = np.vstack([np.zeros(composers), np.cumsum(probabilities, axis=0)])
    # Of the best cut of the first `end` windows whose last span has composer c and may end there:
    value = np.full((windows + 1, composers), -np.inf)
    first = np.zeros((windows + 1, composers), np.int64)  # where that span begins
    change = least_windows / 2
    best = np.full(windows + 1, -np.inf)
    best[0] = change  # the first span is no change
    for end in range(least_windows, windows + 1):
        begin = end - least_windows
        begun = best[begin] - change + sums[end] - sums[begin]
        longer = value[end - 1] + probabilities[end - 1]
        value[end] = np.maximum(begun, longer)
        first[end] = np.where(begun > longer, begin, first[end - 1])
        best[end] = value[end].max()
    found: list[WindowSpan] = []
    end = windows
    while end:
        composer = int(value[end].argmax())
        begin = int(first[end, composer])
        found.insert(0, WindowSpan(begin, end, composer))
        end = begin
    return found
