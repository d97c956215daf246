"""The original's representation as it was, its sharp pitch included."""

import librosa
import numpy as np
from melodies import RATE_HZ, cents, melody

from takht.generation.spectrogram.decibel_range import BELOW_DB, CEILING_DB, RANGE_DB
from takht.generation.study_vae.spectrogram import log_spectrogram, zero_phase


def test_levels_are_those_of_librosa_512_256_without_the_last_bin():
    wave = melody(1, 2.0)
    magnitude = np.abs(librosa.stft(wave, n_fft=512, hop_length=256))[:256].T * 4 / 512
    decibels = 20 * np.log10(np.maximum(magnitude, 1e-9))
    expected = np.clip(1 + (decibels - CEILING_DB) / RANGE_DB, 0, 1)
    found = log_spectrogram(wave)
    assert found.shape == (1 + len(wave) // 256, 256)
    assert np.abs(found - expected[: len(found)]).mean() < 1e-4


def test_zero_phase_is_an_inverse_transform_of_real_magnitudes():
    wave = melody(1, 2.0)
    unit = log_spectrogram(wave)
    below = np.where(unit > 0, 0, BELOW_DB)
    power = 10 ** ((CEILING_DB + RANGE_DB * (unit - 1) - below) / 10)
    theirs = librosa.istft(np.sqrt(power).T.astype(np.complex64), n_fft=510, hop_length=256)
    ours = zero_phase(unit)
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours[600:-600], theirs[600:-600] * 510 / 4, atol=1e-4)


def test_its_tones_come_out_6_8_cents_sharp():
    hz = 20 * RATE_HZ / 512
    wave = 0.2 * np.sin(2 * np.pi * hz * np.arange(4 * RATE_HZ) / RATE_HZ).astype(np.float32)
    unit = log_spectrogram(wave)
    frame = np.fft.irfft(unit[50], 510)  # one frame's own pitch: no buzz disturbs it
    assert abs(cents(np.tile(np.roll(frame, 0), 40), hz * 512 / 510)) < 2
    assert abs(1200 * np.log2(512 / 510) - 6.8) < 0.03
