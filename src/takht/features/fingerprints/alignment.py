"""How long two recordings sound alike: spectral peaks that meet along one straight line of time.

Copies share their peaks evenly and keep their time to some milliseconds. Other pieces on the same
instrument share the peaks of some notes and miss those of the next ones; another performance does
not keep its time so well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.candidates import Candidate
from takht.features.fingerprints.peaks import Peaks

_TOLERANCE_MS, _TOLERANCE_CENTS = 30, 25  # within which two peaks meet
_ROUGH_TOLERANCE_MS, _ROUGH_TOLERANCE_CENTS = 45, 60  # while the line is sought
_SEARCHED_MS = (-15_000, 15_000)  # about the middle of a candidate's shared moments …
_SEARCHED_LAG_MS = 2_500  # … and about its lag
_RATIO_STEPS = 200  # tempo ratios are tried in steps of 1/200 …
_MOST_STEPS = 12  # … 6 % up and down, the smallest changes first
_STEPS = np.array(sorted(range(-_MOST_STEPS, _MOST_STEPS + 1), key=abs))
_BIN_MS = 20
# Peaks are alike where this share of so many in a row meet a peak of the other recording. They are
# a copy's if, nine times in ten, two of twelve in a row do; if half of them meet within so many ms;
# and if they meet so many times as often as at other lags of some seconds.
_RUN_PEAKS, _LEAST_SHARE = 32, 0.15
_EVEN_PEAKS, _EVEN_MEETING = 12, 2
_MOST_JITTER_MS = 7.0
_TIMES_CHANCE, _CHANCE_MS = 3, 4_000
_PART_OF_SHORT = 0.8  # of a recording that is hardly longer than what is asked for

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Match:
    """The stretch that two recordings share; `score` is the share of its peaks that meet."""

    score: float
    offset_seconds: float  # time in the second = offset + tempo ratio * time in the first
    seconds_alike: float
    start_seconds: float  # in the first
    duplicate_start_seconds: float

    def rounded(self) -> dict[str, float]:
        """Return all values by name, with as many decimals as mean something."""
        decimals = {"score": 3, "offset_seconds": 2}
        return {name: round(value, decimals.get(name, 1)) for name, value in vars(self).items()}


@dataclass(frozen=True)
class _Line:
    """Time in the second (ms) = offset + ratio * time in the first; it is higher by some cents."""

    ratio: float
    offset_ms: float
    cents: float = 0.0

    def at(self, ms: NDArray[np.integer | np.floating] | float) -> NDArray[np.float64]:
        """Return times in the second, ms."""
        return np.asarray(self.ratio * ms + self.offset_ms, np.float64)

    def turned(self) -> "_Line":
        """Return the line from the second to the first."""
        return _Line(1 / self.ratio, -self.offset_ms / self.ratio, -self.cents)


@dataclass(frozen=True)
class _Stretch:
    """Peaks of the first, start to stop, alike with those of the second along a line."""

    line: _Line
    start: int
    stop: int
    meets: NDArray[np.bool_]  # for each of these peaks
    pairs: Pairs  # of peaks that meet, by number


def align(first: Peaks, second: Peaks, candidate: Candidate, min_seconds: float) -> Match | None:
    """Return the longest stretch that a candidate's recordings share, if it is long enough (s).

    Of a recording that is hardly longer than that, four fifths are enough.
    """
    least = min(min_seconds, *(_PART_OF_SHORT * _seconds(each.ms) for each in (first, second)))
    ms, lag_ms = candidate.ms, candidate.lag_ms
    # What else sounds in one adds peaks that the other lacks: one way may succeed alone.
    there = _match(first, second, ms, lag_ms, is_turned=False)
    back = _match(second, first, ms + lag_ms, -lag_ms, is_turned=True)
    found = [match for match in (there, back) if match and match.seconds_alike >= least]
    return max(found, key=lambda match: match.seconds_alike * match.score, default=None)


def _match(first: Peaks, second: Peaks, ms: int, lag_ms: int, *, is_turned: bool) -> Match | None:
    """Return the longest stretch of the first that is a copy of the second's, if any."""
    stretch = _find_stretch(first, second, ms, lag_ms)
    if stretch is None or not _is_a_copy(first, second, stretch):
        return None
    return _describe(first, stretch, is_turned)


def _find_stretch(first: Peaks, second: Peaks, ms: int, lag_ms: int) -> _Stretch | None:
    """Return the longest stretch of the first that is alike along the best line, if any."""
    line = _estimate_line(first, second, ms, lag_ms)
    if line is None:
        return None
    for _ in range(2):
        if not (rough := _longest_run(first, second, line, _ROUGH_TOLERANCE_MS)):
            return None
        line = _fit_line(first, second, rough)
    return _longest_run(first, second, line, _TOLERANCE_MS)


def _estimate_line(first: Peaks, second: Peaks, ms: int, lag_ms: int) -> _Line | None:
    """Return the line on which most peaks meet about a moment (ms) and a lag (ms), if any do."""
    part = first.part(*np.searchsorted(first.ms, [ms + each for each in _SEARCHED_MS]).tolist())
    mine, others = _pair(part, second, _Line(1, lag_ms), _SEARCHED_LAG_MS, _ROUGH_TOLERANCE_CENTS)
    if not len(mine):
        return None
    now = part.ms[mine].astype(np.int64) - ms
    later = second.ms[others].astype(np.int64) - (ms + lag_ms)
    rests = later - now * (_RATIO_STEPS + _STEPS[:, None]) // _RATIO_STEPS
    lowest = int(rests.min())
    columns = (int(rests.max()) - lowest) // _BIN_MS + 2
    bins = (rests - lowest) // _BIN_MS + columns * np.arange(len(_STEPS))[:, None]
    counts = np.bincount(bins.ravel(), minlength=columns * len(_STEPS))
    counts[:-1] += counts[1:]  # a lag on the border of two bins is in both
    row, column = divmod(int(counts.argmax()), columns)
    ratio = 1 + int(_STEPS[row]) / _RATIO_STEPS
    rest_ms = lowest + (column + 1) * _BIN_MS
    return _Line(ratio, ms + lag_ms + rest_ms - ratio * ms)


def _fit_line(first: Peaks, second: Peaks, stretch: _Stretch) -> _Line:
    """Return the straight line of least squares through the peaks that meet."""
    mine, others = stretch.pairs
    cents = float(np.median(second.cents[others].astype(np.int64) - first.cents[mine]))
    x, y = first.ms[mine].astype(np.float64), second.ms[others].astype(np.float64)
    x_mean, y_mean = x.mean(), y.mean()
    spread = float(np.sum((x - x_mean) ** 2))
    ratio = float(np.sum((x - x_mean) * (y - y_mean))) / spread if spread else 1.0
    if abs(ratio - 1) > 1.5 * _MOST_STEPS / _RATIO_STEPS:  # few peaks by chance
        ratio = stretch.line.ratio
    return _Line(ratio, float(y_mean - ratio * x_mean), cents)


def _longest_run(first: Peaks, second: Peaks, line: _Line, tolerance_ms: int) -> _Stretch | None:
    """Return the run of peaks of the first that lasts longest and of which enough meet, if any."""
    begin, end = line.turned().at(second.ms[[0, -1]]).tolist()
    edges = np.searchsorted(first.ms, [begin - tolerance_ms, end + tolerance_ms])
    lowest, highest = edges.tolist()
    part = first.part(lowest, highest)
    mine, others = _pair(part, second, line, tolerance_ms, _TOLERANCE_CENTS)
    meets = np.zeros(len(part.ms), np.bool_)
    meets[mine] = True
    enough = _count_windows(meets, _RUN_PEAKS) >= _LEAST_SHARE * _RUN_PEAKS
    edges = np.flatnonzero(np.diff(enough.astype(np.int8), prepend=0, append=0))
    if not len(edges):
        return None
    starts, stops = edges[::2], edges[1::2] + _RUN_PEAKS - 1
    longest = int(np.argmax(part.ms[stops - 1] - part.ms[starts]))
    start, stop = _trim(meets, int(starts[longest]), int(stops[longest]))
    inside = (mine >= start) & (mine < stop)
    pairs = mine[inside] + lowest, others[inside]
    return _Stretch(line, start + lowest, stop + lowest, meets[start:stop], pairs)


def _trim(meets: NDArray[np.bool_], start: int, stop: int) -> tuple[int, int]:
    """Return a run without what at its ends meets less than half as often as the whole."""
    run = meets[start:stop]
    total = np.cumsum(2 * run.size * run - run.sum())  # 2 × run.size × (meets - half the share)
    last = int(np.argmax(total))
    first = int(np.argmax(total[last] - total[: last + 1] + 2 * run.size * run[: last + 1]))
    return start + first, start + last + 1


def _is_a_copy(first: Peaks, second: Peaks, stretch: _Stretch) -> bool:
    """Return whether peaks meet evenly, to some milliseconds, and more often than by chance."""
    score = float(stretch.meets.mean())
    counts = np.sort(_count_windows(stretch.meets, _EVEN_PEAKS))
    is_even = len(counts) > 0 and counts[len(counts) // 10] >= _EVEN_MEETING
    mine, others = stretch.pairs
    rests = np.abs(second.ms[others] - stretch.line.at(first.ms[mine]))
    is_on_time = float(np.median(rests)) <= _MOST_JITTER_MS
    return bool(is_even and is_on_time and score >= _TIMES_CHANCE * _chance(first, second, stretch))


def _chance(first: Peaks, second: Peaks, stretch: _Stretch) -> float:
    """Return the share of the stretch's peaks that meet at other lags, on average."""
    part = first.part(stretch.start, stretch.stop)
    mine, others = _pair(part, second, stretch.line, _CHANCE_MS, _TOLERANCE_CENTS)
    rests = np.abs(second.ms[others] - stretch.line.at(part.ms[mine]))
    away_ms = _CHANCE_MS - 200  # from the lag itself, where copies meet
    meeting = np.count_nonzero(rests > _CHANCE_MS - away_ms)
    return meeting * _TOLERANCE_MS / away_ms / len(part.ms)


def _pair(
    first: Peaks, second: Peaks, line: _Line, tolerance_ms: int, tolerance_cents: int
) -> Pairs:
    """Return the pairs of peaks that meet along a line, by their numbers."""
    there = line.at(first.ms)
    lowest = np.searchsorted(second.ms, there - tolerance_ms)
    counts = np.searchsorted(second.ms, there + tolerance_ms, side="right") - lowest
    mine = np.repeat(np.arange(len(there)), counts)
    others = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts - lowest, counts)
    higher = second.cents[others].astype(np.int64) - first.cents[mine] - line.cents
    near = np.abs(higher) <= tolerance_cents
    return mine[near], others[near]


def _count_windows(meets: NDArray[np.bool_], peaks: int) -> NDArray[np.int64]:
    """Return how many meet among every so many peaks in a row; of fewer peaks, nothing."""
    total = np.concatenate([[0], np.cumsum(meets)])
    return np.asarray(total[peaks:] - total[:-peaks], np.int64)


def _describe(first: Peaks, stretch: _Stretch, is_turned: bool) -> Match:
    """Return what a stretch of the first is, or, turned, of the second."""
    line, ends_ms = stretch.line, first.ms[[stretch.start, stretch.stop - 1]].astype(np.float64)
    if is_turned:
        line, ends_ms = line.turned(), line.at(ends_ms)
    start_ms, stop_ms = ends_ms.tolist()
    return Match(
        score=float(stretch.meets.mean()),
        seconds_alike=(stop_ms - start_ms) / 1000,
        start_seconds=start_ms / 1000,
        duplicate_start_seconds=float(line.at(start_ms)) / 1000,
        offset_seconds=line.offset_ms / 1000,
    )


def _seconds(ms: NDArray[np.int32]) -> float:
    return float(ms[-1] - ms[0]) / 1000
