"""Altered copies sound as asked, and which alteration a copy gets is drawn by name."""

import numpy as np
import pytest

from takht.augmentation import Alteration, alteration_for, altered

RATE_HZ = 22_050


def tone(frequency_hz, seconds=4.0):
    samples = np.arange(round(seconds * RATE_HZ))
    return (0.3 * np.sin(2 * np.pi * frequency_hz * samples / RATE_HZ)).astype(np.float32)


def peak_hz(wave):
    """The frequency of the strongest partial, by a parabola through the log spectrum's peak."""
    middle = (
        wave[len(wave) // 4 : -len(wave) // 4]
        * np.hanning(len(wave) // 2 + len(wave) % 2)[: len(wave[len(wave) // 4 : -len(wave) // 4])]
    )
    level = np.log(np.abs(np.fft.rfft(middle, 1 << 18)) + 1e-12)
    top = int(level.argmax())
    left, centre, right = level[top - 1 : top + 2]
    return (top + 0.5 * (left - right) / (left - 2 * centre + right)) * RATE_HZ / (1 << 18)


@pytest.mark.parametrize("semitones", [-2.0, 2.0, 5.0])
def test_a_shifted_tone_moves_by_its_semitones_and_keeps_its_length(semitones):
    shifted = altered(tone(440), Alteration(semitones=semitones), RATE_HZ)
    assert len(shifted) == len(tone(440))
    assert peak_hz(shifted) == pytest.approx(440 * 2 ** (semitones / 12), rel=1e-4)


@pytest.mark.parametrize("tempo", [0.9, 1.1])
def test_a_stretched_tone_keeps_its_pitch_and_changes_its_length(tempo):
    stretched = altered(tone(440), Alteration(tempo=tempo), RATE_HZ)
    assert len(stretched) == pytest.approx(len(tone(440)) / tempo, abs=1)
    assert peak_hz(stretched) == pytest.approx(440, rel=1e-4)


def test_a_slower_copy_has_its_beats_further_apart():
    clicks = np.zeros(4 * RATE_HZ, np.float32)
    clicks[RATE_HZ // 2 :: RATE_HZ] = 1
    slow = altered(clicks, Alteration(tempo=0.9), RATE_HZ)
    envelope = np.abs(slow)
    first = envelope[:RATE_HZ].argmax()
    second = first + RATE_HZ // 2 + envelope[first + RATE_HZ // 2 : first + 2 * RATE_HZ].argmax()
    assert (second - first) / RATE_HZ == pytest.approx(1 / 0.9, abs=0.02)


def draws(copies, seed=1, recording="a/x", segment=0):
    how = {"seed": seed, "semitones": 2.0, "tempo_change": 0.1}
    return [alteration_for(copy, segment, recording, **how) for copy in range(1, copies + 1)]


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
