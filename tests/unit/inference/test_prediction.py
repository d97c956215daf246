"""Answers are what `evaluate` decides; timelines reach from start to end; formats hold it all."""

import csv
import io
import json

import models
import numpy as np
import pytest

from takht.classifiers.calibration import Confidence
from takht.classifiers.familiarity import Familiarity, MusicSpace
from takht.inference.formats import format_csv, format_json, format_table
from takht.inference.prediction import (
    Candidate,
    Decision,
    Failure,
    Prediction,
    TimelineSpan,
    decide,
    make_prediction,
)
from takht.inference.recording_classifier import WindowPredictions

STEP_SECONDS = 2.0


def card(**changes: object):
    return models.discriminant(**changes).card


def none(windows: np.ndarray) -> np.ndarray:
    """Summaries of windows for a model without familiarity."""
    return np.empty((len(windows), 0), np.float32)


def predicted(composers: list[int], sure: float = 0.9) -> WindowPredictions:
    """Windows of 5 s, one every 2 s, by these composers of three."""
    rows = np.full((len(composers), 3), (1 - sure) / 2)
    rows[np.arange(len(composers)), composers] = sure
    middles = 2.5 + STEP_SECONDS * np.arange(len(composers))
    return WindowPredictions(float(middles[-1] + 2.5), middles, rows, none(rows))


def test_probability_is_the_calibrated_mean_of_the_windows():
    windows = np.array([[0.9, 0.1, 0.0], [0.3, 0.6, 0.1], [0.6, 0.2, 0.2]])
    found = decide(windows, none(windows), card())
    mean = np.array([0.6, 0.3, 0.1])
    expected = mean**2 / (mean**2).sum()  # the card's temperature is 0.5
    assert [guess.composer for guess in found.candidates] == ["a", "b", "c"]
    assert [guess.label for guess in found.candidates] == ["ألف", "باء", "C"]
    assert [g.probability for g in found.candidates] == pytest.approx(expected, abs=5e-5)
    assert (found.composer, found.label) == ("a", "ألف")


@pytest.mark.parametrize(("threshold", "composer"), [(0.7825, "a"), (0.7827, None)])
def test_below_the_threshold_nobody_is_named(threshold, composer):
    confidence = Confidence(temperature=0.5, unknown_below=threshold)
    windows = np.array([[0.6, 0.3, 0.1]])  # 0.7826 at this temperature
    found = decide(windows, none(windows), card(confidence=confidence))
    assert found.composer == composer
    assert found.label == ("ألف" if composer else "unknown")
    assert found.candidates[0].composer == "a"


def test_who_has_0_in_every_window_is_not_listed_in_an_order_that_means_nothing():
    windows = np.array([[0.0, 1.0, 0.0], [0.0, 0.9999, 0.0001]])
    found = decide(windows, none(windows), card())
    assert [guess.composer for guess in found.candidates] == ["b", "c"]


def test_at_the_threshold_somebody_is_named():
    windows = np.array([[0.6, 0.3, 0.1]])
    exactly = float(card().confidence.apply(windows).max())
    at = card(confidence=Confidence(temperature=0.5, unknown_below=exactly))
    assert decide(windows, none(windows), at).composer == "a"


def test_what_is_far_from_all_music_is_unknown_however_certain():
    space = MusicSpace(np.zeros(2), np.ones(2), np.array([[1.0, 0], [0, 5], [0, 9]]))
    familiarity = Familiarity(space, np.array([1.0, 1.0, 0.0]))  # 1 is that of a distance of e
    known = card(confidence=Confidence(temperature=1.0, unknown_below=0.5))
    certain = np.array([[1.0, 0.0, 0.0]] * 2)
    near = np.array([[0.5, 0.0], [1.5, 0.0]], np.float32)  # on average at a centroid
    found = decide(certain, near, known, familiarity)
    assert (found.composer, found.familiarity) == ("a", 1.0)
    found = decide(certain, near + 9, known, familiarity)
    assert found.composer is None
    assert found.familiarity < 0.5
    assert found.candidates[0].probability == 1


def test_of_equal_composers_the_first_is_named():
    windows = np.array([[0.2, 0.4, 0.4]])
    assert decide(windows, none(windows), card()).composer == "b"


def test_a_timeline_reaches_from_start_to_end_and_changes_between_windows():
    found = make_prediction("x", predicted([0] * 30 + [2] * 20), card(), STEP_SECONDS)
    spans = [(s.start_seconds, s.end_seconds, s.decision.composer) for s in found.timeline]
    # The middles of windows 29 and 30 lie at 60.5 and 62.5 s.
    assert spans == [(0.0, 61.5, "a"), (61.5, 103.0, "c")]
    assert found.seconds == 103.0
    assert found.windows == 50


def test_no_span_is_shorter_than_20_s():
    found = make_prediction("x", predicted([0] * 30 + [2] * 8 + [0] * 30), card(), STEP_SECONDS)
    assert [span.decision.composer for span in found.timeline] == ["a"]
    found = make_prediction("x", predicted([0] * 30 + [2] * 12 + [0] * 30), card(), STEP_SECONDS)
    assert [span.decision.composer for span in found.timeline] == ["a", "c", "a"]
    assert found.timeline[1].end_seconds - found.timeline[1].start_seconds == 24


def test_windows_further_apart_make_no_shorter_span():
    certain = predicted([0] * 30 + [2] * 6, sure=1.0)
    middles = 2.5 + 3.0 * np.arange(36)
    found = make_prediction(
        "x",
        WindowPredictions(110.0, middles, certain.probabilities, certain.summaries),
        card(),
        3.0,
    )
    assert [span.decision.composer for span in found.timeline] == ["a", "c"]
    assert min(span.end_seconds - span.start_seconds for span in found.timeline) >= 20


def test_neighbouring_unknown_spans_are_one():
    confidence = Confidence(temperature=1.0, unknown_below=0.8)
    sure = predicted([0] * 30)
    unsure = predicted([1] * 30 + [2] * 30, sure=0.7)
    both = np.concatenate([sure.probabilities, unsure.probabilities])
    middles = 2.5 + STEP_SECONDS * np.arange(90)
    found = make_prediction(
        "x",
        WindowPredictions(183.0, middles, both, none(both)),
        card(confidence=confidence),
        STEP_SECONDS,
    )
    assert [span.decision.label for span in found.timeline] == ["ألف", "unknown"]
    guess = found.timeline[1].decision.candidates[0]
    assert guess.probability == pytest.approx((0.7 + 0.15) / 2)


GUESSES = [
    Candidate("a", "ألف, باء", 0.9123),
    Candidate("b", "حنّا", 0.08),
    Candidate("c", "C", 0.0077),
]
KNOWN = Decision("a", "ألف, باء", GUESSES, 0.5)
UNKNOWN = Decision(None, "unknown", GUESSES, 0.01)
SPANS = [TimelineSpan(0.0, 65.5, KNOWN), TimelineSpan(65.5, 3725.0, UNKNOWN)]
ANSWERS = [
    Prediction("أ/لحن.mp3", 3725.0, 1800, KNOWN, SPANS),
    Prediction("x\n.wav", 20.0, 7, UNKNOWN, [TimelineSpan(0.0, 20.0, UNKNOWN)]),
]
FAILURES = [Failure("bad, file.mp3", "is silent; leave it out")]


def test_the_table_has_a_line_a_recording_and_the_timeline_of_long_ones():
    lines = format_table(ANSWERS, None).splitlines()
    assert lines[0].split() == ["composer", "most", "probable", "recording"]
    visible = [line.replace("\u200e", "") for line in lines]
    assert visible[1].split("  ")[:2] == ["ألف, باء", "ألف, باء 0.91, حنّا 0.08, C 0.01"]
    assert visible[1].endswith("  أ/لحن.mp3")
    assert visible[2].strip().startswith("0:00–1:06  ألف, باء  ")
    assert visible[3].strip().startswith("1:06–1:02:05  unknown")
    assert visible[4].startswith("unknown   (nearest: ألف")
    assert visible[4].endswith(r"x\n.wav")
    assert len(lines) == 5
    # حنّا has four letters and a mark that takes no column.
    assert visible[1].index("أ/لحن") == visible[4].index("x\\n") == lines[0].index("recording") + 1


def test_numbers_stay_to_the_right_of_arabic_labels():
    """By Unicode's bidirectional algorithm a digit after an Arabic letter goes to its left."""
    for line in format_table(ANSWERS, None).splitlines()[1:]:
        text = line[: line.rfind("  ")]
        for place, letter in enumerate(text):
            if letter.isdigit():
                before = [c for c in text[:place] if c == "\u200e" or c.isalpha()]
                assert not before or before[-1] == "\u200e" or before[-1].isascii()


@pytest.mark.parametrize(("asked", "lines"), [(True, 6), (False, 3)])
def test_the_timeline_is_shown_as_asked(asked, lines):
    assert len(format_table(ANSWERS, asked).splitlines()) == lines


def test_csv_has_a_row_a_recording_and_a_row_a_failure():
    text = format_csv(ANSWERS, FAILURES, timeline=False)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == [
        "file", "seconds", "decision", "composer_1", "label_1", "probability_1", "composer_2",
        "label_2", "probability_2", "composer_3", "label_3", "probability_3", "error",
    ]  # fmt: skip
    assert [row["file"] for row in rows] == ["أ/لحن.mp3", "x\n.wav", "bad, file.mp3"]
    assert [row["decision"] for row in rows] == ["ألف, باء", "unknown", ""]
    assert [row["probability_1"] for row in rows] == ["0.9123", "0.9123", ""]
    assert rows[2]["error"] == "is silent; leave it out"


def test_csv_of_the_timeline_has_a_row_a_span():
    text = format_csv(ANSWERS, FAILURES, timeline=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["start_seconds"], row["end_seconds"], row["decision"]) for row in rows] == [
        ("0.0", "65.5", "ألف, باء"), ("65.5", "3725.0", "unknown"), ("0.0", "20.0", "unknown"),
        ("", "", ""),
    ]  # fmt: skip


def test_json_holds_everything():
    found = json.loads(format_json(ANSWERS, FAILURES, {"experiment": "best"}))
    assert found["model"] == {"experiment": "best"}
    assert found["recordings"][0]["decision"]["composer"] == "a"
    assert found["recordings"][1]["decision"]["composer"] is None
    assert found["recordings"][0]["timeline"][1]["end_seconds"] == 3725.0
    assert found["recordings"][0]["decision"]["candidates"][1]["label"] == "حنّا"
    assert found["failures"] == [{"file": "bad, file.mp3", "reason": "is silent; leave it out"}]
