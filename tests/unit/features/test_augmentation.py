"""Altered copies are as asked, and which alteration a copy gets is drawn by name."""

import numpy as np
import pytest
import scipy.signal

from takht.augmentations.pitch_and_tempo import Alteration, augment_log_mel, draw_alteration
from takht.features.spectrograms.mel import log_mel

RATE_HZ = 22_050


HOW = {"sample_rate_hz": RATE_HZ, "n_fft": 2048, "hop_samples": 256, "bands": 128}


def tone(frequency_hz, seconds=4.0):
    samples = np.arange(round(seconds * RATE_HZ))
    return (0.3 * np.sin(2 * np.pi * frequency_hz * samples / RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize("semitones", [-5.0, -2.0, 2.0, 5.0])
@pytest.mark.parametrize("frequency_hz", [500.0, 1500.0, 4000.0])
def test_a_shifted_tone_is_the_tone_at_that_pitch(semitones, frequency_hz):
    shifted = augment_log_mel(tone(frequency_hz), Alteration(semitones=semitones), **HOW)
    expected = log_mel(tone(frequency_hz * 2 ** (semitones / 12)), **HOW)
    assert abs(len(shifted) - len(expected)) <= 1
    shifted, expected = shifted[20:-20].mean(axis=0), expected[20:-20].mean(axis=0)
    loud = expected > expected.max() - 40
    np.testing.assert_allclose(shifted[loud], expected[loud], atol=0.2)
    assert shifted[~loud].max() < expected.max() - 38


@pytest.mark.parametrize("tempo", [0.9, 1.1])
def test_a_stretched_tone_keeps_its_pitch_and_changes_its_length(tempo):
    plain = augment_log_mel(tone(1500), Alteration(), **HOW)
    stretched = augment_log_mel(tone(1500), Alteration(tempo=tempo), **HOW)
    assert len(stretched) == pytest.approx(len(plain) / tempo, abs=1)
    np.testing.assert_allclose(stretched[20:-20].mean(axis=0), plain[20:-20].mean(axis=0), atol=0.1)


@pytest.mark.parametrize(
    "how", [Alteration(tempo=0.9), Alteration(tempo=1.1), Alteration(semitones=2.0)]
)
def test_beats_stand_where_the_tempo_says(how):
    clicks = np.zeros(4 * RATE_HZ, np.float32)
    clicks[RATE_HZ // 2 :: RATE_HZ] = 1
    level = augment_log_mel(clicks, how, **HOW).max(axis=1)
    frames = [place for place in scipy.signal.argrelmax(level, order=20)[0] if level[place] > -60]
    seconds = np.array(frames) * HOW["hop_samples"] / RATE_HZ
    np.testing.assert_allclose(seconds, (np.arange(4) + 0.5) / how.tempo, atol=0.06)


def chord(pitch, tempo):
    """Three tones that swell and fade, 10 s at tempo 1."""
    now = np.arange(round(10 * RATE_HZ / tempo)) / RATE_HZ
    return sum(
        (0.1 + 0.09 * np.sin(2 * np.pi * swells_hz * tempo * now))
        * np.sin(2 * np.pi * tone_hz * pitch * now)
        for swells_hz, tone_hz in ((0.5, 400), (1.1, 1300), (1.9, 3000))
    ).astype(np.float32)


@pytest.mark.parametrize(
    ("how", "pitch", "tempo"),
    [
        (Alteration(semitones=2.0), 2 ** (2 / 12), 1.0),
        (Alteration(semitones=-2.0), 2 ** (-2 / 12), 1.0),
        (Alteration(tempo=0.9), 1.0, 0.9),
        (Alteration(tempo=1.1), 1.0, 1.1),
    ],
)
def test_moving_music_is_that_music_played_so(how, pitch, tempo):
    made = augment_log_mel(chord(1.0, 1.0), how, **HOW)
    played = log_mel(chord(pitch, tempo), **HOW)
    assert abs(len(made) - len(played)) <= 1
    frames = slice(20, min(len(made), len(played)) - 20)
    loud = played[frames] > played.max() - 30
    assert np.abs(made[frames] - played[frames])[loud].max() < 1


def draws(copies, seed=1, recording="a/x", segment=0):
    how = {"seed": seed, "semitones": 2.0, "tempo_change": 0.1}
    return [draw_alteration(copy, segment, recording, **how) for copy in range(1, copies + 1)]


def test_four_copies_hold_each_alteration_of_the_original_once():
    assert set(draws(4)) == {
        Alteration(semitones=2),
        Alteration(semitones=-2),
        Alteration(tempo=0.9),
        Alteration(tempo=1.1),
    }


def test_a_copy_more_leaves_the_others_as_they_were():
    assert draws(3)[:2] == draws(2)


def test_segments_recordings_and_seeds_draw_differently():
    orders = {
        tuple(draws(4, seed, recording, segment))
        for seed in range(3)
        for recording in ("a/x", "a/y")
        for segment in range(4)
    }
    assert len(orders) > 12
