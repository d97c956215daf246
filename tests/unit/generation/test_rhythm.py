"""Rhythm of sounds whose beat, holes and blocks are known."""

import numpy as np
import pytest
from strokes import RATE_HZ, strokes

from takht.generation.metrics.reconstruction import onset_strength_db
from takht.generation.metrics.rhythm import (
    measure_block_modulation,
    measure_holes,
    measure_tempo_stability,
)
from takht.generation.spectrogram.level_spectrogram import level_spectrogram
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ, measure_pulse


@pytest.mark.parametrize("period_seconds", [0.31, 0.6, 1.1])
def test_a_steady_beat_is_found_at_its_own_lag(period_seconds):
    onsets = onset_strength_db(strokes(np.arange(0.2, 17.5, period_seconds)))
    pulse, lag_seconds = measure_pulse(onsets)
    assert pulse > 0.8
    beats = lag_seconds / period_seconds  # one, or a few: all of them repeat
    assert beats == pytest.approx(round(beats), abs=0.02)
    assert measure_tempo_stability(onsets) > 0.5


def test_random_strokes_noise_and_silence_have_no_pulse():
    rng = np.random.default_rng(2)
    assert measure_pulse(onset_strength_db(strokes(np.sort(rng.uniform(0, 17, 45)))))[0] < 0.35
    noise = 0.1 * rng.standard_normal(18 * RATE_HZ).astype(np.float32)
    assert measure_pulse(onset_strength_db(noise))[0] < 0.15
    assert measure_pulse(np.zeros(1500)) == (0, pytest.approx(np.nan, nan_ok=True))
    still = 0.01 * np.sin(2 * np.pi * np.arange(1500) / 50)  # a hundredth of a dB is no stroke
    assert measure_pulse(still)[0] < 0.05


def test_a_change_of_tempo_is_not_stable():
    changing = np.concatenate(
        [np.arange(0.2, 6, 0.31), np.arange(6, 12, 0.47), np.arange(12, 17.5, 0.7)]
    )
    steady = np.arange(0.2, 17.5, 0.47)
    found = [measure_tempo_stability(onset_strength_db(strokes(t))) for t in (changing, steady)]
    assert found[0] < 0.7
    assert found[1] == 1
    assert np.isnan(measure_tempo_stability(onset_strength_db(strokes([1], seconds=8.0))))


def test_holes_are_long_and_deep():
    rng = np.random.default_rng(3)
    wave = 0.1 * rng.standard_normal(10 * RATE_HZ).astype(np.float32)
    assert measure_holes(level_spectrogram(wave)) == 0
    for first, seconds, gain in ((1.0, 1.0, 0.01), (4.0, 0.2, 0.01), (7.0, 1.0, 0.1)):
        start = round(first * RATE_HZ)
        wave[start : start + round(seconds * RATE_HZ)] *= gain
    assert measure_holes(level_spectrogram(wave)) == pytest.approx(
        0.1, abs=0.01
    )  # -40 dB for a second alone


def test_blocks_are_heard_at_their_rate_alone():
    rng = np.random.default_rng(4)
    white = np.abs(rng.standard_normal((200, 1550)))

    def ratio(onsets):
        near, around = np.sum([measure_block_modulation(each, 32) for each in onsets], axis=0)
        return near / around

    assert ratio(white) == pytest.approx(1, abs=0.1)
    at = np.arange(1550) / FRAME_RATE_HZ
    blocky = white * (1 + 0.3 * np.cos(2 * np.pi * FRAME_RATE_HZ / 32 * at))
    assert ratio(blocky) > 5
    beside = white * (1 + 0.3 * np.cos(2 * np.pi * FRAME_RATE_HZ / 32 * 1.2 * at))
    assert ratio(beside) < 0.8
    assert np.isnan(measure_block_modulation(white[0, :500], 32)).all()
