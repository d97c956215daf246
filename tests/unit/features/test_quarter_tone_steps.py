"""Step statistics count which note follows which, in quarter tones, and nothing that is held."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.features.statistics.intervals import compute_pitch_classes, summarize_intervals
from takht.features.statistics.quarter_tone_steps import summarize_steps

RATE_HZ = 22_050


def notes(eighth_tones, frames_each=8):
    """Return sharp pitch classes of notes held so long, shape (frames, 48)."""
    places = np.repeat(np.asarray(eighth_tones) % 48, frames_each)
    return np.eye(48, dtype=np.float32)[places]


@pytest.mark.parametrize("quarters", [1, 3, 7, 14, 23])
def test_a_melody_of_one_step_has_all_its_mass_there(quarters):
    found = summarize_steps(notes(2 * quarters * np.arange(12)))
    assert found[quarters] == pytest.approx(1, abs=1e-5)  # as often as a note begins
    np.testing.assert_allclose(np.delete(found, quarters), 0, atol=1e-5)


def test_an_eighth_tone_beside_counts_half_to_either_quarter():
    found = summarize_steps(notes(5 * np.arange(12)))
    np.testing.assert_allclose(found[[2, 3]], 0.5, atol=1e-5)
    around = summarize_steps(notes(-1 * np.arange(12)))  # down an eighth: 23 and 0
    np.testing.assert_allclose(around[[23, 0]], 0.5, atol=1e-5)


def test_a_note_shorter_than_the_hop_is_passed_over():
    """Frames are compared four apart: a slide between two notes is not taken for steps."""
    slide = notes([0, 0, 2, 4, 6, 6, 6, 6, 6, 6, 6, 6], frames_each=1)
    found = summarize_steps(slide)
    assert found[3] == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(np.delete(found, 3), 0, atol=1e-5)


def test_a_drone_is_no_step_but_an_interval():
    held = np.zeros((96, 48), np.float32)
    held[:, 10] = 5
    assert np.abs(summarize_steps(held)).max() < 1e-5
    assert summarize_intervals(held).max() > 0.9
    melody = notes(14 * np.arange(12))
    found = summarize_steps(melody + held)
    np.testing.assert_allclose(found, summarize_steps(melody), atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 47), st.integers(0, 2**32 - 1))
def test_transposing_changes_nothing(eighth_tones, seed):
    pitch = np.random.default_rng(seed).exponential(size=(70, 48)).astype(np.float32)
    turned = np.roll(pitch, eighth_tones, axis=1)
    np.testing.assert_allclose(
        summarize_steps(turned), summarize_steps(pitch), rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("quarters", [3, 4, 7])
def test_played_notes_are_heard_at_their_quarter_tone(quarters):
    now = np.arange(round(0.6 * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1, np.minimum(now, now[::-1]) / 0.03)
    order = np.arange(9) * quarters % 24
    tones = [np.sin(2 * np.pi * 523.25 * 2 ** (step / 24) * now) for step in order]
    wave = np.concatenate([0.3 * fade * tone for tone in tones]).astype(np.float32)
    pitch = compute_pitch_classes(wave, RATE_HZ)
    assert summarize_steps(pitch).argmax() == quarters


def test_silence_has_no_step():
    assert (summarize_steps(np.zeros((108, 48), np.float32)) == 0).all()
