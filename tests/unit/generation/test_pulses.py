"""Pulses of clips whose strokes are known."""

import numpy as np
import pytest
import scipy.fft
from strokes import strokes

from takht.generation.codec.basis import LappedBasis
from takht.generation.prior.pulses import (
    NO_PULSE,
    Pulse,
    collect_pulses,
    draw_recurring_noise,
    find_cycle,
    find_pulse,
)
from takht.generation.spectrogram.level_spectrogram import level_spectrogram
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ


@pytest.mark.parametrize(("period_seconds", "periods"), [(0.62, 4), (1.1, 2), (1.5, 1)])
def test_a_cycle_is_the_periods_that_2_5_s_hold(period_seconds, periods):
    firsts = np.arange(0.2, 16, period_seconds)
    found = find_pulse(level_spectrogram(strokes(np.sort([*firsts, *(firsts + 0.17)]))))
    assert found.strength > 0.7
    assert found.cycle_frames / FRAME_RATE_HZ == pytest.approx(periods * period_seconds, rel=0.01)


def test_free_strokes_have_a_weak_pulse_and_a_held_tone_none():
    times = np.sort(np.random.default_rng(2).uniform(0, 17, 45))
    assert find_pulse(level_spectrogram(strokes(times))).strength < 0.35
    assert find_pulse(np.full((1500, 513), 0.5, np.float32)) == NO_PULSE


@pytest.mark.parametrize("cycle_frames", [192, 217])
@pytest.mark.parametrize("strength", [0.0, 0.3, 0.8])
def test_the_share_of_noise_that_comes_back_is_the_pulses_strength(strength, cycle_frames):
    """Cycles of a whole number of blocks, of 32 frames, and others."""
    basis = small_basis()
    rng, pulse = np.random.default_rng(1), Pulse(strength, cycle_frames)
    noises = [draw_recurring_noise(basis, 60, pulse, rng) for _ in range(30)]
    assert np.var(noises) == pytest.approx(1, abs=0.06)
    frames = [basis.synthesise(noise) for noise in noises]

    def come_back(later: int) -> float:
        early, late = (
            np.concatenate([each[part] for each in frames])
            for part in (slice(32, -32 - later), slice(32 + later, -32))
        )
        return float(np.sum(early * late) / np.sum(early**2))

    # four cosines keep .8 of what comes back elsewhere in a block, all of it at its place
    kept = (0.8 if cycle_frames % 32 else 1) / 0.87
    assert come_back(cycle_frames) == pytest.approx(strength * kept, abs=0.05)
    assert come_back(2 * cycle_frames) == pytest.approx(strength * kept, abs=0.05)
    assert come_back(cycle_frames + 48) == pytest.approx(0, abs=0.12)


def test_a_share_of_the_rest_comes_back_with_phrases_in_the_form_a_a_b_a():
    """Of six blocks a cycle, four cycles a phrase: what is alike in each pair of phrases."""
    basis, rng = small_basis(), np.random.default_rng(2)
    noises = [draw_recurring_noise(basis, 120, Pulse(0.5, 192), rng) for _ in range(30)]
    phrases = np.array(noises).reshape(30, 5, -1).swapaxes(0, 1).reshape(5, -1)
    found = np.corrcoef(phrases)
    share = 0.5 / 0.87
    same, other = share + (1 - share) * share, share
    expected = [[same, other, same, same], [other, same, same], [other, other], [same]]
    for first, row in enumerate(expected):
        np.testing.assert_allclose(found[first, first + 1 :], row, atol=0.05)


@pytest.mark.parametrize("cycle_frames", [192, 217])
def test_what_comes_back_in_noise_is_found_and_comes_back_again(cycle_frames):
    """Of noise with a strong pulse, other noise has the same cycle; of new noise, it has not."""
    basis, pulse = small_basis(), Pulse(0.8, cycle_frames)
    rng = np.random.default_rng(3)
    heard = draw_recurring_noise(basis, 60, pulse, rng)
    cycle = find_cycle(basis, heard, pulse)
    assert cycle.shape == (cycle_frames, 24)
    again, other = (draw_recurring_noise(basis, 60, pulse, rng, each) for each in (cycle, None))
    assert np.corrcoef(heard.ravel(), again.ravel())[0, 1] > 0.8
    assert np.corrcoef(heard.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.1)
    assert np.var(again) == pytest.approx(1, abs=0.06)


def small_basis() -> LappedBasis:
    """Blocks of 32 frames of 24 spectral components, as four cosines each."""
    return LappedBasis(
        analysis=np.eye(24, dtype=np.float32),
        synthesis=np.eye(24, dtype=np.float32),
        temporal_components=slow_components(32, 24),
        deviations=np.ones(96, np.float32),
    )


def slow_components(block_frames: int, spectra: int) -> np.ndarray:
    """The slowest four cosines of a block, of each spectral component."""
    cosines = scipy.fft.idct(np.eye(4, block_frames), norm="ortho", axis=1)
    return np.kron(cosines, np.eye(spectra)).T.reshape(block_frames * spectra, -1).astype("f")


def test_a_piece_takes_the_pulse_of_a_clip_of_its_composer():
    pulses = collect_pulses([(0.1, 3), (0.5, 4), (0.7, 6)], np.array([0, 1, 1]))
    rng = np.random.default_rng(1)
    assert {pulses.draw(0, rng).cycle_frames for _ in range(20)} == {3}
    drawn = {pulses.draw(1, rng) for _ in range(40)}
    assert {(round(p.strength, 3), p.cycle_frames) for p in drawn} == {(0.5, 4), (0.7, 6)}
