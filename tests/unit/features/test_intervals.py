"""Interval statistics say which steps a melody takes, whatever its key."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.features.statistics import intervals

RATE_HZ = 22_050
BEAT = 8  # frames a note, one of the lags
LAG = intervals.LAGS_FRAMES.index(BEAT)


def melody(semitones: np.ndarray, lowest_hz: float = 261.63) -> np.ndarray:
    """Return notes of `BEAT` frames each, so many semitones above the lowest."""
    now = np.arange(BEAT * intervals.HOP_SAMPLES) / RATE_HZ
    fade = np.minimum(1, np.minimum(now, now[::-1]) / 0.045)
    tones = [np.sin(2 * np.pi * lowest_hz * 2 ** (s / 12) * now) for s in semitones]
    return np.concatenate([0.3 * fade * tone for tone in tones]).astype(np.float32)


def heard(wave: np.ndarray) -> np.ndarray:
    """Return the statistics of a whole wave, shape (lags, 12)."""
    pitch = intervals.compute_pitch_classes(wave, RATE_HZ)
    return intervals.summarize_intervals(pitch).reshape(len(intervals.LAGS_FRAMES), 12)


def stepping(eighth_tones: int, frames: int = 80) -> np.ndarray:
    """Return sharp pitch classes that rise by so much every `BEAT` frames, shape (frames, 48)."""
    pitch = np.zeros((frames, 48), np.float32)
    pitch[np.arange(frames), np.arange(frames) // BEAT * eighth_tones % 48] = 2
    return pitch


@pytest.mark.parametrize("step", [1, 2, 5, 7, 10])
def test_a_sharp_melody_has_its_mass_at_its_step(step):
    found = intervals.summarize_intervals(stepping(4 * step)).reshape(4, 12)
    for row, beats in ((LAG, 1), (LAG + 1, 2), (LAG + 2, 4)):
        np.testing.assert_allclose(found[row], np.eye(12)[beats * step % 12], atol=1e-6)
    expected = np.zeros(12)  # after half a beat, one of two frames has stepped; 80 - 4 are left
    expected[0], expected[step] = 40 / 76, 36 / 76
    np.testing.assert_allclose(found[0], expected, atol=1e-6)


def test_a_melody_stepping_a_fifth_is_heard_at_seven_semitones():
    found = heard(melody(np.arange(16) * 7 % 12))
    assert found[LAG].argmax() == 7
    assert found[LAG + 1].argmax() == 2  # two fifths
    assert found[LAG + 2].argmax() == 4
    far = np.delete(found[LAG], [6, 7, 8, 0, 2])  # a fifth's own flanks, and one note either side
    assert found[LAG, 7] > 4 * far.max()
    falling = heard(melody(np.arange(16) * 5 % 12))
    assert falling[LAG].argmax() == 5  # up is not down


@pytest.mark.parametrize("step", [1, 3, 4])
def test_a_held_note_is_a_unison(step):
    found = heard(melody(np.full(16, step), 523.25))
    assert (found.argmax(axis=1) == 0).all()
    np.testing.assert_allclose(found[:, 3:10], 0, atol=0.1)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 47), st.integers(0, 2**32 - 1))
def test_turned_pitch_classes_have_the_same_statistics(eighth_tones, seed):
    pitch = np.random.default_rng(seed).exponential(size=(70, 48)).astype(np.float32)
    turned = np.roll(pitch, eighth_tones, axis=1)
    np.testing.assert_allclose(
        intervals.summarize_intervals(turned),
        intervals.summarize_intervals(pitch),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("semitones", [1, 2, 5, 7, 12, -7])
def test_transposed_music_has_nearly_the_same_statistics(semitones):
    steps = np.random.default_rng(4).integers(0, 12, 16)
    plain, moved = heard(melody(steps)), heard(melody(steps + semitones))
    # A higher note is a narrower peak; the melody itself stays.
    assert np.corrcoef(plain.ravel(), moved.ravel())[0, 1] > 0.99
    np.testing.assert_allclose(moved, plain, atol=0.3)
    other = heard(melody(np.random.default_rng(5).integers(0, 12, 16)))
    assert np.corrcoef(plain.ravel(), other.ravel())[0, 1] < 0.9


def test_a_quarter_tone_step_falls_half_on_each_neighbour():
    semitone = heard(melody(np.arange(16) * 1 % 12))[LAG, 1]
    found = heard(melody(np.arange(16) * 1.5 % 12))[LAG]
    assert found[1] == pytest.approx(found[2], rel=0.1)
    assert found[1] == pytest.approx(semitone / 2, rel=0.15)


def test_a_sharp_quarter_tone_step_is_midway_and_counts_to_no_semitone():
    found = intervals.summarize_intervals(stepping(6)).reshape(4, 12)[LAG]
    np.testing.assert_allclose(found[1:3], 0, atol=1e-6)
    beside = intervals.summarize_intervals(stepping(5)).reshape(4, 12)[LAG]
    np.testing.assert_allclose(beside[1], 0.5, rtol=1e-3)  # an eighth tone above the semitone


def test_pitch_classes_stand_where_their_pitch_says():
    for eighth_tones in (0, 6, 19, 40):
        hz = 4 * intervals.LOWEST_HZ * 2 ** (eighth_tones / 48)
        wave = np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
        pitch = intervals.compute_pitch_classes(wave, RATE_HZ)
        assert pitch.shape == (1 + RATE_HZ // intervals.HOP_SAMPLES, 48)
        assert pitch[8:-8].mean(axis=0).argmax() == eighth_tones


def test_octaves_are_one_pitch_class():
    low, high = (melody(np.full(8, 3), hz) for hz in (261.63, 523.25))
    places = [
        intervals.compute_pitch_classes(wave, RATE_HZ).mean(axis=0).argmax() for wave in (low, high)
    ]
    assert places[0] == places[1] == 12


@pytest.mark.parametrize("gain", [0.05, 2.0])
def test_gain_changes_nothing(gain):
    wave = melody(np.random.default_rng(4).integers(0, 12, 16))
    np.testing.assert_allclose(heard(wave * np.float32(gain)), heard(wave), rtol=1e-3, atol=1e-4)


def test_silence_is_finite_and_has_no_interval():
    found = heard(np.zeros(5 * RATE_HZ, np.float32))
    assert (found == 0).all()


def test_the_lower_half_of_the_spectrum_is_that_of_all_samples():
    rng = np.random.default_rng(6)
    noise = rng.normal(0, 0.02, 3 * RATE_HZ).astype(np.float32)  # as loud above the pitches
    wave = noise + np.resize(melody(np.arange(12)), len(noise))
    found = intervals.measure_pitches(wave, RATE_HZ)
    padded = np.pad(wave, 4096)
    hz = intervals.LOWEST_HZ * 2 ** (np.arange(288) / 48)
    for frame in (0, 20, len(found) - 1):  # the first and last hear where the wave is cut off
        part = padded[1024 * frame :][:8192] * np.hanning(8193)[:-1]
        whole = np.abs(np.fft.rfft(part))
        whole = np.interp(hz * 8192 / RATE_HZ, np.arange(4097), whole)
        loud = whole > 1e-3 * whole.max()
        decibels = 20 * np.log10(found[frame][loud] / whole[loud])
        np.testing.assert_allclose(decibels, 0, atol=1e-3)
