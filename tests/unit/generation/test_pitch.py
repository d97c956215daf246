"""Scales and repetition of melodies that are known."""

import numpy as np
import pytest

from takht.features.statistics.intervals import compute_pitch_classes
from takht.generation.metrics.pitch import (
    count_pitches,
    find_scale,
    measure_in_scale,
    measure_repetition,
)

RATE_HZ = 22_050
RAST = (0, 2, 3.5, 5, 7, 9, 10.5)  # semitones above its first step


def play(semitones, seconds_each=0.25):
    """Pitch classes of tones with six overtones, from C3 on."""
    hz = 130.81 * 2 ** (np.repeat(semitones, round(seconds_each * RATE_HZ)) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
    wave = sum(np.sin(k * phase) / k for k in range(1, 7))
    noise = 1e-3 * np.random.default_rng(1).standard_normal(len(wave))
    return compute_pitch_classes((0.1 * wave + noise).astype(np.float32), RATE_HZ)


def melody(seed, tones=72, scale=RAST):
    return np.random.default_rng(seed).choice(scale, tones)


def test_a_tune_that_comes_back_is_repeated_and_a_random_one_is_not():
    tune = melody(1, 24)  # 6 s
    mean, share = measure_repetition(play(np.tile(tune, 3)))
    assert mean > 0.9
    assert share > 0.95
    mean, share = measure_repetition(play(melody(2)))
    assert mean < 0.6
    assert share < 0.4
    half = np.concatenate([tune, tune, melody(3, 48)])  # 12 of 24 s
    assert measure_repetition(play(half))[1] == pytest.approx(0.5, abs=0.2)


def test_a_tone_that_stays_is_no_repetition():
    drone = play(np.zeros(72))
    moving = play(melody(2))
    assert measure_repetition(moving + 20 * drone)[0] < measure_repetition(moving)[0] + 0.05
    assert np.isnan(measure_repetition(drone[:90])).all()  # 4 s


def test_steps_of_a_scale_are_found_to_a_quarter_tone():
    scale = find_scale(count_pitches(play(melody(1, 144))))
    steps = np.round(4 * np.array(RAST)).astype(int)
    expected = np.zeros(48, bool)
    expected[(steps[:, None] + [-1, 0, 1]).ravel() % 48] = True
    np.testing.assert_array_equal(scale, expected)
    own, other = (
        measure_in_scale(count_pitches(play(melody(5, scale=each))), [scale])
        for each in (RAST, (1, 2.75, 4, 6, 8, 9.75, 11.25))
    )
    assert own > 0.95
    assert other < 0.4
    nothing = np.zeros(48, bool)
    assert measure_in_scale(count_pitches(play(melody(5))), [nothing, scale]) == own
