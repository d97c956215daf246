"""A span of a recording, cut where its segments are: clock times read and written, and cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.errors import OptionError
from takht.inference.explanation.occlusion import CELL_SECONDS, Drops
from takht.text.clock import format_clock

MAX_SECONDS = 300.0  # listening to every part takes longer than the music
ONE_SIDED_SECONDS = 60.0
_CLOCK = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class SpanPiece:
    """What a span has of one segment, which lasts from `start_s` to `end_s` in the recording.

    `edges_s` are those of its cells, from the segment's start; `windows` marks which of the
    segment's windows hear any of them.
    """

    start_s: float
    end_s: float
    edges_s: Drops
    windows: NDArray[np.bool_]


def parse_seconds(text: str, option: str) -> float:
    """Return the seconds of a clock time: 90, 1:30, 1:01:30.

    Raises:
        TakhtError: it is none.
    """
    match = _CLOCK.fullmatch(text.strip())
    if not match or (match[2] and float(match[3]) >= 60):
        raise OptionError(f"{option}: a time, got {text!r}; write 90, 1:30 or 1:01:30")
    return 3600 * int(match[1] or 0) + 60 * int(match[2] or 0) + float(match[3])


def choose_span(start_s: float | None, end_s: float | None, seconds: float) -> tuple[float, float]:
    """Return the span from start to end within a recording so many seconds long.

    One that is None lies a minute from the other, at most at the recording's start or end.

    Raises:
        TakhtError: nothing of the recording lies in it, or too much.
    """
    end = min(seconds, (start_s or 0.0) + ONE_SIDED_SECONDS if end_s is None else end_s)
    start = max(0.0, end - ONE_SIDED_SECONDS) if start_s is None else start_s
    if not start < end:
        raise OptionError(
            f"--from and --to: a span of the recording's {format_clock(seconds)}, got "
            f"{format_clock(start)} to {format_clock(end)}; choose one inside"
        )
    if end - start > MAX_SECONDS:
        raise OptionError(
            f"--from and --to: at most {format_clock(MAX_SECONDS)} at a time, got "
            f"{format_clock(end - start)}; choose a shorter span"
        )
    return start, end


def find_decisive_segment(
    segments: Sequence[tuple[float, float]], middles_s: Drops, evidence: Drops
) -> tuple[float, float]:
    """Return start and end of the segment (start, length; s) whose windows have most evidence.

    `middles_s` (s) and `evidence` (nats) have shape (windows,). The highest mean counts; of equal
    ones the first. Segments without a window do not count.
    """
    starts = [start for start, _ in segments]
    of = np.searchsorted(starts, middles_s, side="right") - 1
    best = max(np.unique(of).tolist(), key=lambda number: float(evidence[of == number].mean()))
    start, length = segments[best]
    return start, start + length


def cut_pieces(
    span: tuple[float, float],
    segments: Sequence[tuple[float, float]],
    middles_s: Drops,
    window_seconds: float,
) -> list[SpanPiece]:
    """Return the span's pieces, in order; cells of about 3 s, cut where segments end.

    `middles_s` are the windows' middles, in s, shape (windows,).

    Raises:
        TakhtError: no window hears the span.
    """
    found = []
    for start, length in segments:
        low, high = max(span[0], start), min(span[1], start + length)
        mine = middles_s[(middles_s >= start) & (middles_s < start + length)]
        predicted = (mine + window_seconds / 2 > low) & (mine - window_seconds / 2 < high)
        if low < high:
            count = max(1, round((high - low) / CELL_SECONDS))
            edges = np.linspace(low - start, high - start, count + 1)
            found.append(SpanPiece(start, start + length, edges, predicted))
    if not any(piece.windows.any() for piece in found):
        raise OptionError(
            f"--from and --to: no window of the recording hears {format_clock(span[0])} to "
            f"{format_clock(span[1])}; choose a longer span"
        )
    return found
