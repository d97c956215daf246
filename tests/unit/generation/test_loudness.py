"""Sounds come out equally loud and never clipped."""

import numpy as np
import pyloudnorm
import pytest

from takht.generation.sound.loudness import limit_peaks, normalize_loudness

RATE_HZ = 22_050


def plucks(level: float, every_seconds: float = 0.5) -> np.ndarray:
    """Eight seconds of short plucked tones: peaks far above the mean, as an oud's."""
    now = np.arange(8 * RATE_HZ) / RATE_HZ
    decay = np.exp(-(now % every_seconds) * 60)
    return (level * decay * np.sin(2 * np.pi * 330 * now)).astype(np.float32)


@pytest.mark.parametrize("level", [1e-3, 0.1, 3.0])
@pytest.mark.parametrize("kind", ["noise", "plucks"])
def test_every_sound_is_at_minus_23_lufs_and_none_passes_minus_1_dbfs(kind, level):
    noise = np.random.default_rng(1).standard_normal(8 * RATE_HZ).astype(np.float32)
    wave = plucks(level) if kind == "plucks" else level * noise
    out = normalize_loudness(wave, RATE_HZ)
    loudness = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(out)
    assert loudness == pytest.approx(-23, abs=0.5)
    assert np.abs(out).max() <= 10 ** (-1 / 20) + 1e-6


def test_a_sound_without_high_peaks_is_only_scaled():
    wave = 0.01 * np.random.default_rng(2).standard_normal(4 * RATE_HZ).astype(np.float32)
    out = normalize_loudness(wave, RATE_HZ)
    gain = (out @ wave) / (wave @ wave)
    np.testing.assert_allclose(out, gain * wave, rtol=1e-4, atol=1e-7)


def test_a_limited_peak_bends_only_its_neighbourhood():
    wave = np.full(RATE_HZ, 0.1, np.float32)
    wave[RATE_HZ // 2] = 2.0
    out = limit_peaks(wave, RATE_HZ)
    assert out.max() <= 10 ** (-1 / 20)
    away = np.abs(np.arange(RATE_HZ) - RATE_HZ // 2) > 0.011 * RATE_HZ
    np.testing.assert_array_equal(out[away], wave[away])
    assert np.abs(np.diff(np.delete(out, RATE_HZ // 2))).max() < 0.002  # no click


def test_silence_stays_silence():
    assert not normalize_loudness(np.zeros(RATE_HZ, np.float32), RATE_HZ).any()


def test_a_peak_is_turned_down_with_what_is_around_it_and_not_cut_off():
    wave = np.full(RATE_HZ, 0.1, np.float32)
    wave[RATE_HZ // 2] = 2.0
    near = slice(RATE_HZ // 2 - 1, RATE_HZ // 2 + 2)
    gain = limit_peaks(wave, RATE_HZ)[near] / wave[near]
    np.testing.assert_allclose(gain, 10 ** (-1 / 20) / 2, rtol=0.02)
