"""Spectrograms stand for levels on a fixed scale, and lead back to the magnitudes they are of."""

import numpy as np
from melodies import RATE_HZ, melody

from takht.generation.spectrogram.decibel_range import (
    BELOW_DB,
    CEILING_DB,
    RANGE_DB,
    power_of_unit,
    unit_of_power,
)
from takht.generation.spectrogram.level_spectrogram import (
    N_FFT,
    level_spectrogram,
    recover_magnitude,
)
from takht.generation.spectrogram.stft import stft


def test_the_range_of_db_is_0_to_1_and_back():
    decibels = np.array([CEILING_DB - RANGE_DB, CEILING_DB - RANGE_DB / 2, CEILING_DB])
    power = (10 ** (decibels / 10)).astype(np.float32)
    np.testing.assert_allclose(unit_of_power(power), [0, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(power_of_unit(np.array([0.5, 1])), power[1:], rtol=1e-4)
    below = 10 * np.log10(power_of_unit(np.float32([-0.1, 0, 1e-7])))
    np.testing.assert_allclose(below - decibels[0], [-BELOW_DB, -BELOW_DB, 0], atol=1e-3)
    assert unit_of_power(np.float32([0, 1e9])).tolist() == [0, 1]


def test_a_tone_is_seen_in_its_bin_at_its_level():
    fft_bin = 20
    hz = fft_bin * RATE_HZ / N_FFT
    wave = 0.1 * np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    unit = level_spectrogram(wave)
    assert unit.shape == (1 + RATE_HZ // 256, 513)
    assert int(np.argmax(unit[40])) == fft_bin
    level_db = CEILING_DB + RANGE_DB * (unit[40, fft_bin] - 1)
    assert abs(level_db - (-20)) < 0.01


def test_magnitudes_come_back():
    wave = melody(1, 2.0)
    unit = level_spectrogram(wave)
    found, true = recover_magnitude(unit), np.abs(stft(wave, n_fft=1024, hop_samples=256))
    assert found.shape == (len(unit), 513)
    np.testing.assert_allclose(found[unit > 0], true[unit > 0], rtol=1e-4)
    inaudible = recover_magnitude(np.zeros((3, 513), np.float32))
    assert inaudible.max() < 2**-15
