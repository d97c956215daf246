"""Pulses of clips whose strokes are known."""

import numpy as np
import pytest
from strokes import strokes

from takht.generation.prior.pulses import NO_PULSE, collect_pulses, find_pulse
from takht.generation.spectrogram.level_spectrogram import level_spectrogram


@pytest.mark.parametrize(("cycle_seconds", "blocks"), [(0.62, 7), (1.1, 6), (1.5, 4)])
def test_a_cycle_is_the_periods_that_2_5_s_hold_in_whole_blocks(cycle_seconds, blocks):
    """Blocks of .37 s: four periods of .62 s are 6.7 of them, two of 1.1 s 5.9, one of 1.5 s 4."""
    firsts = np.arange(0.2, 16, cycle_seconds)
    found = find_pulse(level_spectrogram(strokes(np.sort([*firsts, *(firsts + 0.17)]))), 32)
    assert found.strength > 0.7
    assert found.cycle_blocks == blocks


def test_free_strokes_have_a_weak_pulse_and_a_held_tone_none():
    times = np.sort(np.random.default_rng(2).uniform(0, 17, 45))
    assert find_pulse(level_spectrogram(strokes(times)), 32).strength < 0.35
    assert find_pulse(np.full((1500, 513), 0.5, np.float32), 32) == NO_PULSE


def test_blocks_longer_than_the_period_make_a_cycle_of_two():
    clip = level_spectrogram(strokes(np.arange(0.2, 17.5, 1.1)))
    assert find_pulse(clip, 256).cycle_blocks == 2


def test_a_piece_takes_the_pulse_of_a_clip_of_its_composer():
    pulses = collect_pulses([(0.1, 3), (0.5, 4), (0.7, 6)], np.array([0, 1, 1]))
    rng = np.random.default_rng(1)
    assert {pulses.draw(0, rng).cycle_blocks for _ in range(20)} == {3}
    drawn = {pulses.draw(1, rng) for _ in range(40)}
    assert {(round(p.strength, 3), p.cycle_blocks) for p in drawn} == {(0.5, 4), (0.7, 6)}
