"""Peaks stand where tones were put; hashes change with pitch and rhythm and with nothing else."""

import numpy as np
import pytest
from melodies import RATE_HZ, melody, through_ffmpeg

from takht.features.fingerprints.landmarks import (
    Peaks,
    combine_peaks,
    extract_landmarks,
    find_peaks,
)


def hashes(wave):
    return extract_landmarks([wave], RATE_HZ).hashes


def shared(first, second):
    return np.isin(first, second).mean()


def test_peaks_are_where_bursts_were_put():
    put = [(0.5, 500.0), (1.1, 1234.0), (1.9, 3300.0), (2.6, 311.0)]  # s, Hz
    now = np.arange(3 * RATE_HZ) / RATE_HZ
    wave = sum(
        np.sin(2 * np.pi * hz * now) * np.exp(-(((now - at) / 0.04) ** 2)) for at, hz in put
    ).astype(np.float32)
    found = find_peaks(wave, RATE_HZ)
    centres = found.seconds + 1024 / RATE_HZ  # a frame of 2,048 samples is named by its first
    np.testing.assert_allclose(centres, [at for at, _ in put], atol=0.012)
    np.testing.assert_allclose(24 * found.octaves, 24 * np.log2([hz for _, hz in put]), atol=0.1)


@pytest.mark.parametrize("rate_hz", [8000, 22_050, 96_000])
def test_any_sample_rate_finds_the_same_frequency(rate_hz):
    now = np.arange(2 * rate_hz) / rate_hz
    wave = np.sin(2 * np.pi * 1000 * now) * np.exp(-(((now - 1) / 0.05) ** 2))
    found = find_peaks(wave.astype(np.float32), rate_hz)
    np.testing.assert_allclose(2**found.octaves, [1000], rtol=0.002)
    np.testing.assert_allclose(found.seconds, [0.95], atol=0.03)


def test_a_hash_holds_pitch_intervals_place_and_span():
    octaves = np.log2(500) + np.array([0, 7, -4]) / 24
    found = combine_peaks(Peaks(np.array([1.0, 1.5, 1.8]), octaves))
    (number,) = found.hashes.tolist()
    # 12 semitones above 250 Hz; 7 and -4 quarter tones; 0.5 / 0.8 · 8 = 5; 4 ln(0.8 / 0.25) = 4.65
    assert number == ((((12 * 256 + 128 + 7) * 256 + 128 - 4) * 8 + 5) * 16) + 4
    assert found.seconds.tolist() == [1.0]


def test_spans_too_short_or_too_long_name_nothing():
    for span in (0.2, 3.1):
        peaks = Peaks(np.array([0, span / 2, span]), np.array([9.0, 9.1, 9.2]))
        assert len(combine_peaks(peaks).hashes) == 0


def test_every_peak_is_joined_with_two_of_the_next_five():
    peaks = Peaks(np.arange(8) * 0.4, np.linspace(8.1, 11, 8))
    # first peak: 10 pairs of followers; the last six have 5, 4, 3, 2, 1, 0 followers left
    assert len(combine_peaks(peaks).hashes) == 3 * 10 + 6 + 3 + 1


def test_landmarks_are_sorted_by_hash_and_then_by_time():
    rng = np.random.default_rng(3)
    octaves = rng.choice([8.5, 9.0, 9.5], 60)  # few, so that hashes come back
    found = combine_peaks(Peaks(np.arange(60) * 0.3, octaves))
    pairs = list(zip(found.hashes.tolist(), found.seconds.tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert len(set(found.hashes.tolist())) < len(pairs)


def test_gain_leaves_all_hashes():
    wave = melody(1)
    np.testing.assert_array_equal(hashes(wave), hashes(wave / 4))


@pytest.mark.parametrize(
    ("audio_filter", "codec", "least"),
    [
        ("anull", "mp3", 0.3),
        ("anull", "ogg", 0.3),
        ("atempo=1.02", "wav", 0.15),
        ("atempo=0.98", "wav", 0.15),
        ("asetrate=22491,aresample=22050", "wav", 0.15),  # speed: tempo and pitch
    ],
)
def test_hashes_survive_what_copies_go_through(tmp_path, audio_filter, codec, least):
    wave = melody(2)
    copy = through_ffmpeg(wave, tmp_path, audio_filter=audio_filter, codec=codec)
    survived = shared(hashes(wave), hashes(copy))
    assert survived > least
    assert survived > shared(hashes(wave), hashes(melody(3)))  # same scale, tempo and timbre


def test_pieces_have_the_landmarks_of_the_whole():
    wave = melody(4)
    whole = extract_landmarks([wave], RATE_HZ)
    cut = 391 * 512  # whole hops
    pieces = extract_landmarks([wave[:cut], wave[cut:]], RATE_HZ)
    assert shared(whole.hashes, pieces.hashes) > 0.9
    assert pieces.seconds.max() == pytest.approx(whole.seconds.max(), abs=0.5)


@pytest.mark.parametrize("samples", [0, 1, 500, 2048, 3 * RATE_HZ])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_silence_a_constant_and_the_shortest_audio_have_no_landmarks(samples, level):
    wave = np.full(samples, level, np.float32)
    assert len(extract_landmarks([wave], RATE_HZ).hashes) == 0


def test_a_steady_tone_marks_no_moment():
    now = np.arange(6 * RATE_HZ) / RATE_HZ
    wave = 0.3 * np.sin(2 * np.pi * 440 * now)
    found = find_peaks(wave.astype(np.float32), RATE_HZ)
    assert np.all((found.seconds < 0.3) | (found.seconds > 5.5))
