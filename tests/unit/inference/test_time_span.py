"""Spans are what was asked for, cut where segments end; clock times are as people write them."""

import numpy as np
import pytest

from takht.errors import TakhtError
from takht.inference.explanation.time_span import (
    choose_span,
    cut_pieces,
    find_decisive_segment,
    parse_seconds,
)
from takht.text.clock import format_clock

SEGMENTS = [(0.0, 60.0), (60.0, 60.0), (120.0, 13.0)]
MIDDLES_S = np.concatenate([np.arange(2.5, 57.6, 2), np.arange(62.5, 117.6, 2), [122.5, 124.5]])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1:30", 90), ("1:30.5", 90.5), ("0:07", 7), ("1:01:30", 3690), ("7.25", 7.25)],
)
def test_clock_times(text, seconds):
    assert parse_seconds(text, "--from") == seconds


@pytest.mark.parametrize("text", ["", "-3", "1:75", "one", "1:2:3:4", "1:90:00", "nan", "1e3"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(TakhtError, match=r"--to: a time, got .*; write 90"):
        parse_seconds(text, "--to")


@pytest.mark.parametrize(
    ("seconds", "text"), [(7, "0:07"), (59.6, "1:00"), (720, "12:00"), (3723.2, "1:02:03")]
)
def test_seconds_as_clock_times(seconds, text):
    assert format_clock(seconds) == text


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (10.0, 20.0, (10, 20)),
        (10.0, None, (10, 70)),
        (100.0, None, (100, 133)),
        (None, 100.0, (40, 100)),
        (None, 30.0, (0, 30)),
        (10.0, 999.0, (10, 133)),
    ],
)
def test_a_span_lies_in_the_recording(start, end, span):
    assert choose_span(start, end, 133.0) == span


@pytest.mark.parametrize(
    ("start", "end", "seconds", "reason"),
    [
        (133.0, None, 133.0, "a span of the recording's 2:13, got 2:13 to 2:13"),
        (20.0, 20.0, 133.0, "got 0:20 to 0:20"),
        (30.0, 20.0, 133.0, "got 0:30 to 0:20"),
        (0.0, 300.5, 900.0, "at most 5:00 at a time"),
    ],
)
def test_another_span_is_refused_with_what_to_do(start, end, seconds, reason):
    with pytest.raises(TakhtError, match=reason) as raised:
        choose_span(start, end, seconds)
    assert "; choose" in str(raised.value)


def test_the_segment_with_most_evidence_is_the_decisive_one():
    evidence = np.where((MIDDLES_S > 60) & (MIDDLES_S < 120), 2.0, 1.0)
    assert find_decisive_segment(SEGMENTS, MIDDLES_S, evidence) == (60, 120)
    evidence[-2:] = 9.0
    assert find_decisive_segment(SEGMENTS, MIDDLES_S, evidence) == (120, 133)
    assert find_decisive_segment(SEGMENTS, MIDDLES_S, 0 * evidence) == (0, 60)


def test_cells_are_cut_where_segments_end_and_reach_from_end_to_end():
    found = cut_pieces((50.0, 125.0), SEGMENTS, MIDDLES_S, window_seconds=5.0)
    assert [(piece.start_s, piece.end_s) for piece in found] == [(0, 60), (60, 120), (120, 133)]
    edges = [(piece.start_s + piece.edges_s).tolist() for piece in found]
    assert [(each[0], each[-1]) for each in edges] == [(50, 60), (60, 120), (120, 125)]
    lengths = np.concatenate([np.diff(each) for each in edges])
    assert lengths.min() > 2
    assert lengths.max() < 4
    # Windows of 5 s that hear anything from 50 s on: middles from 48.5 s.
    assert found[0].windows.tolist() == (MIDDLES_S[:28] > 47.5).tolist()
    assert found[1].windows.all()
    assert found[2].windows.tolist() == [True, True]


def test_a_span_that_no_window_hears_is_refused():
    with pytest.raises(TakhtError, match="no window of the recording hears 2:12 to 2:13"):
        cut_pieces((132.0, 133.0), SEGMENTS, MIDDLES_S, window_seconds=5.0)
