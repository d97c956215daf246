"""Peaks stand where tones were put, at any sample rate and loudness."""

import numpy as np
import pytest
from melodies import RATE_HZ, melody
from scipy.ndimage import maximum_filter1d

from takht.features.fingerprints.peaks import _largest_within, extract_peaks, find_peaks


def bursts(put, rate_hz, seconds):
    now = np.arange(round(seconds * rate_hz)) / rate_hz
    tones = (np.sin(2 * np.pi * hz * now) * np.exp(-(((now - at) / 0.04) ** 2)) for at, hz in put)
    return sum(tones).astype(np.float32)


def test_peaks_are_where_bursts_were_put():
    put = [(0.5, 500.0), (1.1, 1234.0), (1.9, 3300.0), (2.6, 311.0)]  # s, Hz
    found = find_peaks(bursts(put, RATE_HZ, 3), RATE_HZ)
    centres_ms = found.ms + 1000 * 1024 / RATE_HZ  # a frame of 2,048 samples is named by its first
    np.testing.assert_allclose(centres_ms, [1000 * at for at, _ in put], atol=3)
    np.testing.assert_allclose(found.cents, 1200 * np.log2([hz for _, hz in put]), atol=5)


@pytest.mark.parametrize("rate_hz", [8000, 22_050, 96_000])
def test_any_sample_rate_finds_the_same_frequency_and_time(rate_hz):
    found = find_peaks(bursts([(1.0, 1000.0)], rate_hz, 2), rate_hz)
    np.testing.assert_allclose(found.cents, 1200 * np.log2([1000]), atol=4)
    np.testing.assert_allclose(found.ms, [950], atol=30)


def test_gain_leaves_all_peaks():
    loud, soft = (find_peaks(melody(1) / gain, RATE_HZ) for gain in (1, 4))
    np.testing.assert_array_equal(loud.ms, soft.ms)
    np.testing.assert_array_equal(loud.cents, soft.cents)


def test_pieces_have_the_peaks_of_the_whole():
    wave = melody(4)
    whole = extract_peaks([wave], RATE_HZ)
    cut = 391 * 512  # whole hops
    pieces = extract_peaks([wave[:cut], wave[cut:]], RATE_HZ)
    rows = [
        set(zip(each.ms.tolist(), each.cents.tolist(), strict=True)) for each in (whole, pieces)
    ]
    assert len(rows[0] & rows[1]) > 0.9 * len(rows[0])


@pytest.mark.parametrize("samples", [0, 1, 500, 2048, 3 * RATE_HZ])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_silence_a_constant_and_the_shortest_audio_have_no_peaks(samples, level):
    assert len(extract_peaks([np.full(samples, level, np.float32)], RATE_HZ).ms) == 0


@pytest.mark.parametrize("attack_seconds", [0.01, 0.08])
def test_a_tone_of_any_length_has_a_peak_where_it_begins(attack_seconds):
    wave = 1e-4 * np.random.default_rng(1).standard_normal(8 * RATE_HZ)
    tones = [(0.5, 400.0, 0.3), (1.5, 600.0, 2.0), (4.0, 500.0, 3.0)]  # start, Hz, seconds
    for start, hz, seconds in tones:
        now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        level = np.minimum(1, np.minimum(now, now[::-1]) / attack_seconds)
        wave[round(start * RATE_HZ) :][: len(now)] += 0.3 * level * np.sin(2 * np.pi * hz * now)
    found = find_peaks(wave.astype(np.float32), RATE_HZ)
    near = [np.abs(found.cents - 1200 * np.log2(hz)) < 10 for _, hz, _ in tones]
    for which, (start, _, _) in zip(near, tones, strict=True):
        assert np.abs(found.ms[which] - 1000 * start).min() < 60
        assert np.count_nonzero(which) <= 2  # not while it goes on


def test_a_steady_tone_marks_no_moment():
    now = np.arange(6 * RATE_HZ) / RATE_HZ
    found = find_peaks((0.3 * np.sin(2 * np.pi * 440 * now)).astype(np.float32), RATE_HZ)
    assert np.all((found.ms < 300) | (found.ms > 5500))


@pytest.mark.parametrize("reach", [0, 1, 2, 10, 15, 16, 86])
def test_the_largest_value_nearby_is_that_of_scipy(reach):
    values = np.random.default_rng(reach).standard_normal((40, 3)).astype(np.float32)
    expected = maximum_filter1d(values, 2 * reach + 1, axis=0, mode="constant")
    np.testing.assert_array_equal(_largest_within(values, reach), expected)
