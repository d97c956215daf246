"""Recordings are aligned by their peaks: how long, from where, and how sure."""

import numpy as np
import pytest

from takht.features.fingerprints import alignment
from takht.features.fingerprints.alignment import align
from takht.features.fingerprints.peaks import Peaks

SCALE_CENTS = 9_800 + 50 * np.array([0, 3, 7, 10, 14, 17, 20, 24, 27, 31, 34, 38])
NOTE_PEAKS = 6  # of a note, at its harmonics


def notes(rng, seconds, every_ms=250, scale=SCALE_CENTS):
    """Return peaks of notes of one scale and sound, exactly in time."""
    starts = np.arange(0, 1000 * seconds, every_ms)
    pitches = rng.choice(scale, len(starts))
    harmonics = np.rint(1200 * np.log2(np.arange(1, NOTE_PEAKS + 1)))
    delays = 7 * np.arange(NOTE_PEAKS)
    return sort((starts[:, None] + delays).ravel(), (pitches[:, None] + harmonics).ravel())


def sort(ms, cents):
    order = np.argsort(ms, kind="stable")
    return Peaks(np.rint(ms[order]).astype(np.int32), cents[order].astype(np.int16))


def join(*parts):
    return sort(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def copied(peaks, rng, ratio=1.0, offset_ms=0.0, kept=1.0, cents=0, jitter_ms=2.0):
    chosen = rng.random(len(peaks.ms)) < kept
    ms = ratio * peaks.ms[chosen] + offset_ms + rng.normal(0, jitter_ms, chosen.sum())
    return ms, peaks.cents[chosen] + cents


def aligned(first, second, lag_ms, min_seconds=12.0):
    return align(first, second, 8_000, lag_ms, min_seconds)


@pytest.mark.parametrize("ratio", [0.95, 1.0, 1.05])
@pytest.mark.parametrize(("kept", "cents"), [(1.0, 0), (0.4, 17)])
def test_a_copy_is_measured_among_other_peaks(ratio, kept, cents):
    rng = np.random.default_rng(3)
    first, other = notes(rng, 40), notes(rng, 60, 310)
    copy = copied(first, rng, ratio, 6_000, kept, cents)
    second = join(copy, copied(other, rng, kept=0.8))
    found = aligned(first, second, 6_000)
    assert found.score == pytest.approx(kept, abs=0.12)
    assert found.seconds_alike == pytest.approx(40, abs=3)
    assert found.start_seconds == pytest.approx(0, abs=1.5)
    assert found.duplicate_start_seconds == pytest.approx(6, abs=1.5)


def test_a_stretch_within_long_recordings_is_as_long_as_what_they_share():
    rng = np.random.default_rng(4)
    shared = notes(rng, 15)
    first, second = (
        join(
            copied(notes(rng, before), rng),
            copied(shared, rng, offset_ms=1000 * before),
            copied(notes(rng, 50), rng, offset_ms=1000 * before + 15_000),
        )
        for before in (8, 30)
    )
    found = aligned(first, second, 22_000)
    assert (found.seconds_alike, found.start_seconds) == pytest.approx((15, 8), abs=2.5)
    assert aligned(first, second, 22_000, min_seconds=19.0) is None


def test_melodies_in_time_with_phrases_in_common_are_no_copies():
    rng = np.random.default_rng(5)
    for _ in range(20):
        first, second = notes(rng, 40), notes(rng, 40)
        for start in (5_000, 19_000, 33_000):  # phrases of five seconds, at one lag
            part = (second.ms < start) | (second.ms >= start + 5_000)
            here = (first.ms >= start) & (first.ms < start + 5_000)
            second = join(
                (second.ms[part], second.cents[part]), (first.ms[here], first.cents[here])
            )
        assert aligned(first, second, 0) is None


def test_chords_on_one_beat_are_no_copies():
    rng = np.random.default_rng(11)

    def chords(seconds):
        """Return peaks of four voices that change with every beat, among few pitches."""
        voices = (notes(rng, seconds, 600, SCALE_CENTS[low : low + 3]) for low in (0, 3, 6, 9))
        return join(*(vars(voice).values() for voice in voices))

    for _ in range(10):
        first, second = chords(40), chords(40)
        assert aligned(first, second, 0) is None
        assert aligned(first, sort(*copied(first, rng, kept=0.5)), 0) is not None


def test_a_copy_of_a_loop_among_other_peaks_is_found():
    rng = np.random.default_rng(12)
    bar = notes(rng, 2)
    first = join(*((bar.ms + 2_000 * number, bar.cents) for number in range(20)))
    speech = rng.integers(0, 40_000, 480), rng.integers(9_800, 13_000, 480)
    assert aligned(first, join(copied(first, rng, kept=0.7), speech), 0) is not None


def test_another_performance_keeps_its_time_less_well_than_a_copy():
    rng = np.random.default_rng(6)
    first = notes(rng, 40)
    late_ms = np.repeat(rng.normal(0, 14, len(first.ms) // NOTE_PEAKS), NOTE_PEAKS)
    assert aligned(first, sort(first.ms + late_ms, first.cents), 0) is None
    assert aligned(first, sort(first.ms + late_ms / 7, first.cents), 0) is not None


def test_of_a_short_recording_four_fifths_are_enough():
    rng = np.random.default_rng(7)
    first = notes(rng, 9)
    found = align(first, sort(*copied(first, rng)), 0, 0, 12.0)
    assert found.seconds_alike == pytest.approx(9, abs=0.5)


@pytest.mark.parametrize(("seconds", "is_found"), [(2, False), (4.5, False), (5.5, True)])
def test_less_than_five_seconds_are_no_copy_however_short_the_recording(seconds, is_found):
    rng = np.random.default_rng(8)
    first = notes(rng, seconds, 125)
    assert (align(first, sort(*copied(first, rng)), 0, 0, 12.0) is not None) == is_found


@pytest.mark.parametrize(("every_ms", "is_found"), [(1_150, True), (1_300, False)])
def test_fewer_than_64_peaks_are_no_copy(every_ms, is_found):
    rng = np.random.default_rng(10)
    first = notes(rng, 12, every_ms)
    assert (len(first.ms) >= alignment.LEAST_PEAKS) == is_found
    assert (align(first, sort(*copied(first, rng)), 0, 0, 8.0) is not None) == is_found


def test_few_peaks_meet_by_chance_at_other_lags_too():
    rng = np.random.default_rng(13)
    scale, found = SCALE_CENTS[:3], 0
    for _ in range(100):
        first, second = (notes(rng, 9, 700, scale) for _ in range(2))
        found += aligned(first, second, 0, 8.0) is not None
        assert aligned(first, sort(*copied(first, rng, kept=0.7)), 0, 8.0) is not None
    assert found <= 1


def test_a_long_stretch_is_compared_with_other_lags_in_parts(monkeypatch):
    rng = np.random.default_rng(9)
    shared = notes(rng, 120)
    first, second = (join(copied(shared, rng), copied(notes(rng, 120), rng)) for _ in range(2))
    whole = aligned(first, second, 0)
    assert whole is not None
    monkeypatch.setattr(alignment, "_PEAKS_AT_ONCE", 100)
    assert aligned(first, second, 0) == whole
    monkeypatch.setattr(alignment, "_TIMES_ELSEWHERE", 1e9)
    assert aligned(first, second, 0) is None
