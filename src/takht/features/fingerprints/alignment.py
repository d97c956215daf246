"""How long two recordings sound alike: spectral peaks that meet along one straight line of time.

Copies share their peaks evenly and keep their time to some milliseconds. Other pieces on the same
instrument share the peaks of some notes and miss those of the next ones; another performance does
not keep its time so well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.features.fingerprints.peaks import Peaks

_TOLERANCE_MS, _TOLERANCE_CENTS = 30, 25  # within which two peaks meet
_ROUGH_TOLERANCE_MS, _ROUGH_TOLERANCE_CENTS = 45, 60  # while the line is sought
_SEARCHED_MS = (-15_000, 15_000)  # about the middle of a candidate's shared moments …
_SEARCHED_LAG_MS = 1_250  # … and about its lag
_RATIO_STEPS = 200  # tempo ratios are tried in steps of 1/200 …
_MOST_STEPS = 12  # … 6 % up and down, the smallest changes first
_STEPS = np.array(sorted(range(-_MOST_STEPS, _MOST_STEPS + 1), key=abs))
_BIN_MS = 20
# A stretch is alike while this share of every 32 peaks meets a peak of the other recording.
_RUN_PEAKS, _LEAST_SHARE = 32, 0.15
# It is a copy if four things hold. It has enough peaks.
LEAST_PEAKS = 64
# Nine of ten groups of 12 peaks in a row have one that meets, and 0.3 times as many as on average;
# of many peaks, 0.25 times: speech hides some of a copy's for a while.
_EVEN_PEAKS, _EVEN_SHARE = 12, 0.3
_MANY_PEAKS, _EVEN_SHARE_OF_MANY = 160, 0.25
_MOST_JITTER_MS = 7.0  # half of the meeting peaks are nearer to the line than that
# Three times as many peaks meet as at any lag that differs by so much; of few peaks, five times.
# There, peaks of the second that meet already do not count: music that repeats itself meets itself
# at other lags.
_TIMES_ELSEWHERE, _ELSEWHERE_MS = 3, (200, 4_000)
_FEW_PEAKS, _TIMES_ELSEWHERE_OF_FEW = 96, 5
_PEAKS_AT_ONCE = 4_096  # compared at other lags together, to bound memory
# Of a recording that is hardly longer than what is asked for, this part is enough, but never less
# than so many seconds.
_PART_OF_SHORT, _LEAST_SECONDS = 0.8, 5.0

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Match:
    """The stretch that two recordings share; `score` is the share of its peaks that meet."""

    score: float
    seconds_alike: float
    start_seconds: float  # in the first
    duplicate_start_seconds: float

    def rounded(self) -> dict[str, float]:
        """Return all values by name, with as many decimals as mean something."""
        return {
            name: round(value, 3 if name == "score" else 1) for name, value in vars(self).items()
        }


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


def align(first: Peaks, second: Peaks, ms: int, lag_ms: int, min_seconds: float) -> Match | None:
    """Return the longest stretch that two recordings share near a moment and a lag, if any.

    The moment is one of the first; the second has it later by the lag. A stretch lasts for at least
    `min_seconds`, or four fifths of a recording that is hardly longer than that, and never less
    than 5 s.
    """
    parts = (_PART_OF_SHORT * _seconds(each.ms) for each in (first, second))
    least = max(_LEAST_SECONDS, min(min_seconds, *parts))
    # If speech or other music sounds in one of them, a search from the other may succeed alone.
    from_first = _match(first, second, ms, lag_ms, is_turned=False)
    from_second = _match(second, first, ms + lag_ms, -lag_ms, is_turned=True)
    both = (from_first, from_second)
    found = [match for match in both if match and match.seconds_alike >= least]
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
    lags = later - now * (_RATIO_STEPS + _STEPS[:, None]) // _RATIO_STEPS
    lowest = int(lags.min())
    columns = (int(lags.max()) - lowest) // _BIN_MS + 2
    bins = (lags - lowest) // _BIN_MS + columns * np.arange(len(_STEPS))[:, None]
    counts = np.bincount(bins.ravel(), minlength=columns * len(_STEPS))
    counts[:-1] += counts[1:]  # a lag on the border of two bins is in both
    row, column = divmod(int(counts.argmax()), columns)
    ratio = 1 + int(_STEPS[row]) / _RATIO_STEPS
    more_ms = lowest + (column + 1) * _BIN_MS
    return _Line(ratio, ms + lag_ms + more_ms - ratio * ms)


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
    """Return a run without those ends whose peaks meet less than half as often as the whole's."""
    run = meets[start:stop]
    total = np.cumsum(2 * run.size * run - run.sum())  # 2 × run.size × (meets - half the share)
    last = int(np.argmax(total))
    first = int(np.argmax(total[last] - total[: last + 1] + 2 * run.size * run[: last + 1]))
    return start + first, start + last + 1


def _is_a_copy(first: Peaks, second: Peaks, stretch: _Stretch) -> bool:
    """Return whether many peaks meet evenly, to some milliseconds, and not by chance."""
    if len(stretch.meets) < LEAST_PEAKS:
        return False
    score = float(stretch.meets.mean())
    counts = np.sort(_count_windows(stretch.meets, _EVEN_PEAKS))
    even_share = _EVEN_SHARE if len(stretch.meets) < _MANY_PEAKS else _EVEN_SHARE_OF_MANY
    fewest = max(1, even_share * _EVEN_PEAKS * score)
    is_even = counts[len(counts) // 10] >= fewest
    mine, others = stretch.pairs
    late_ms = np.abs(second.ms[others] - stretch.line.at(first.ms[mine]))
    is_on_time = float(np.median(late_ms)) <= _MOST_JITTER_MS
    if not (is_even and is_on_time):
        return False
    has_few = len(stretch.meets) < _FEW_PEAKS
    times = _TIMES_ELSEWHERE_OF_FEW if has_few else _TIMES_ELSEWHERE
    meeting = int(np.count_nonzero(stretch.meets))
    return meeting >= times * _count_elsewhere(first, second, stretch)


def _count_elsewhere(first: Peaks, second: Peaks, stretch: _Stretch) -> int:
    """Return how many of the stretch's peaks meet free ones at the other lag where most do."""
    is_free = np.ones(len(second.ms), np.bool_)
    is_free[stretch.pairs[1]] = False
    nearest_ms, farthest_ms = _ELSEWHERE_MS
    counts = np.zeros(2 * farthest_ms // _TOLERANCE_MS + 2, np.int64)  # by lag
    for start in range(stretch.start, stretch.stop, _PEAKS_AT_ONCE):
        part = first.part(start, min(start + _PEAKS_AT_ONCE, stretch.stop))
        mine, others = _pair(part, second, stretch.line, farthest_ms, _TOLERANCE_CENTS)
        late_ms = second.ms[others] - stretch.line.at(part.ms[mine])
        lags = ((late_ms + farthest_ms) // _TOLERANCE_MS).astype(np.int64)
        counted = is_free[others] & (np.abs(late_ms) > nearest_ms)
        once = np.unique(mine[counted] * len(counts) + lags[counted])
        counts += np.bincount(once % len(counts), minlength=len(counts))
    return int((counts[:-1] + counts[1:]).max())  # two steps are as wide as what meets


def _pair(
    first: Peaks, second: Peaks, line: _Line, tolerance_ms: int, tolerance_cents: int
) -> Pairs:
    """Return the pairs of peaks that meet along a line, by their numbers."""
    expected_ms = line.at(first.ms)
    lowest = np.searchsorted(second.ms, expected_ms - tolerance_ms)
    counts = np.searchsorted(second.ms, expected_ms + tolerance_ms, side="right") - lowest
    mine = np.repeat(np.arange(len(first.ms)), counts)
    others = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts - lowest, counts)
    higher = second.cents[others].astype(np.int64) - first.cents[mine] - line.cents
    near = np.abs(higher) <= tolerance_cents
    return mine[near], others[near]


def _count_windows(meets: NDArray[np.bool_], peaks: int) -> NDArray[np.int64]:
    """Return how many meet in each group of so many peaks in a row; of fewer peaks, nothing."""
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
    )


def _seconds(ms: NDArray[np.int32]) -> float:
    return float(ms[-1] - ms[0]) / 1000
