"""Spectrograms stand for levels on a fixed scale, and lead back to the magnitudes they are of."""

import numpy as np
from melodies import RATE_HZ, melody

from takht.generation.spectrogram import log_mel
from takht.generation.spectrogram.decibel_range import (
    BELOW_DB,
    CEILING_DB,
    RANGE_DB,
    power_of_unit,
    unit_of_power,
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


def test_bands_follow_the_bins_below_and_the_mel_scale_above():
    edges = log_mel.mel_band_edges()
    assert len(edges) == log_mel.BANDS + 2
    assert edges[0] == 0
    assert abs(edges[-1] - log_mel.N_FFT / 2) < 1e-9
    steps = np.diff(edges)
    assert steps.min() >= 1 - 1e-9
    hertz = edges[steps.searchsorted(1.0001) + 1 :] * RATE_HZ / log_mel.N_FFT
    mels = 2595 * np.log10(1 + hertz / 700)
    np.testing.assert_allclose(np.diff(mels), np.diff(mels)[0], rtol=1e-6)


def test_every_band_hears_something_and_every_bin_is_heard():
    basis = log_mel.mel_filters()
    np.testing.assert_allclose(basis.sum(axis=1), 1, rtol=1e-5)
    assert (basis[:, 1:-1].sum(axis=0) > 0).all()


def test_a_tone_is_seen_in_its_band_at_its_level():
    fft_bin = 20
    hz = fft_bin * RATE_HZ / log_mel.N_FFT
    wave = 0.1 * np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    unit = log_mel.log_mel(wave)
    assert unit.shape == (1 + RATE_HZ // 256, 256)
    band = int(np.argmax(unit[40]))
    assert abs(log_mel.mel_band_edges()[band + 1] - fft_bin) < 1e-9
    level_db = CEILING_DB + RANGE_DB * (unit[40, band] - 1)
    assert abs(level_db - (-20)) < 0.01


def test_magnitudes_have_the_bands_that_were_asked_for():
    wave = melody(1, 2.0)
    unit = log_mel.log_mel(wave)
    found = log_mel.recover_magnitude(unit)
    assert found.shape == (len(unit), 513)
    assert (found >= 0).all()
    again = unit_of_power(found**2 @ log_mel.mel_filters().T)
    heard = unit > 0.1
    assert np.abs(again - unit)[heard].mean() * RANGE_DB < 0.3
    true = np.abs(stft(wave, n_fft=1024, hop_samples=256))
    loud = (true > 1e-3) & (found > 0)
    assert loud.sum() > 0.99 * (true > 1e-3).sum()
    assert np.abs(20 * np.log10(found[loud] / true[loud])).mean() < 3
    inaudible = log_mel.recover_magnitude(np.zeros((3, 256), np.float32))
    assert inaudible.max() < 2**-15
