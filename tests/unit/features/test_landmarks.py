"""Landmarks change with pitch and rhythm, and a copy keeps many of them, the same ones."""

import tracemalloc

import numpy as np
import pytest
from melodies import RATE_HZ, melody, through_ffmpeg

from takht.features.fingerprints.landmarks import combine_peaks
from takht.features.fingerprints.peaks import Peaks, extract_peaks


def landmarks(wave):
    return combine_peaks(extract_peaks([wave], RATE_HZ))


def shared(first, second):
    return np.isin(first.hashes, second.hashes).mean()


def peaks(ms, cents):
    return Peaks(np.array(ms, np.int32), np.array(cents, np.int16))


@pytest.mark.parametrize(
    ("ms", "cents", "is_same"),
    [
        ((0, 510, 1010), (10_030, 10_710, 9_620), True),  # a little higher and slower
        ((7_000, 7_500, 8_000), (10_010, 10_690, 9_590), True),  # later
        ((0, 500, 1000), (10_110, 10_790, 9_690), False),  # a semitone higher
        ((0, 500, 1000), (10_010, 10_790, 9_590), False),  # another interval
        ((0, 700, 1000), (10_010, 10_690, 9_590), False),  # another rhythm
        ((0, 1000, 2000), (10_010, 10_690, 9_590), False),  # half the tempo
    ],
)
def test_a_hash_holds_pitch_intervals_place_and_span(ms, cents, is_same):
    (given,) = combine_peaks(peaks((0, 500, 1000), (10_010, 10_690, 9_590))).hashes
    (hashed,) = combine_peaks(peaks(ms, cents)).hashes
    assert (given == hashed) == is_same


def test_a_second_keeps_at_most_forty_and_a_hash_comes_back_four_times():
    rng = np.random.default_rng(1)
    ms = np.sort(rng.integers(0, 30_000, 900))
    found = combine_peaks(peaks(ms, rng.integers(9_600, 14_000, 900)))
    assert np.bincount(found.ms // 1000).max() <= 40
    assert len(found.hashes) > 30 * 30
    repeated = combine_peaks(peaks(np.arange(0, 60_000, 250), np.tile([10_000, 10_400], 120)))
    assert np.unique(repeated.hashes, return_counts=True)[1].max() == 4


def test_landmarks_are_the_same_in_blocks_of_any_length(monkeypatch):
    found = extract_peaks([melody(7)], RATE_HZ)
    whole = combine_peaks(found)
    monkeypatch.setattr("takht.features.fingerprints.landmarks._BLOCK_MS", 2_000)
    parts = combine_peaks(found)
    for name in vars(whole):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


def test_memory_of_combining_peaks_does_not_grow_with_the_length_of_a_recording():
    def peak_bytes(minutes):
        rng = np.random.default_rng(2)
        ms = np.sort(rng.integers(0, 60_000 * minutes, 1_200 * minutes))
        own = peaks(ms, rng.integers(9_600, 14_000, len(ms)))
        tracemalloc.start()
        combine_peaks(own)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak_bytes(12) - peak_bytes(2) < 0.2 * peak_bytes(2)


def test_landmarks_are_sorted_by_hash_pitch_and_time():
    found = landmarks(melody(3))
    rows = list(zip(*(each.tolist() for each in vars(found).values()), strict=True))
    assert rows == sorted(rows)


@pytest.mark.parametrize(
    ("audio_filter", "codec", "least"),
    [
        ("anull", "mp3", 0.3),
        ("anull", "ogg", 0.3),
        ("atempo=1.02", "wav", 0.15),
        ("atempo=0.98", "wav", 0.15),
        ("asetrate=22270,aresample=22050", "wav", 0.15),  # 1 % faster and higher
    ],
)
def test_landmarks_survive_what_copies_go_through(tmp_path, audio_filter, codec, least):
    wave = melody(2)
    copy = through_ffmpeg(wave, tmp_path, audio_filter=audio_filter, codec=codec)
    survived = shared(landmarks(wave), landmarks(copy))
    assert survived > least
    assert survived > 3 * shared(landmarks(wave), landmarks(melody(3)))  # same scale and timbre


def test_a_copy_keeps_its_landmarks_among_as_many_other_peaks():
    own, other = (extract_peaks([melody(seed)], RATE_HZ) for seed in (5, 6))
    order = np.argsort(np.concatenate([own.ms, other.ms]), kind="stable")
    both = Peaks(*(np.concatenate(each)[order] for each in zip(
        vars(own).values(), vars(other).values(), strict=True)))  # fmt: skip
    assert shared(combine_peaks(own), combine_peaks(both)) > 0.04
