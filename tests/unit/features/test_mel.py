"""Spectra equal librosa's, and a tone stands where its frequency says."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.features.spectrograms.chroma import chroma_filters
from takht.features.spectrograms.mel import log_mel, mel_filters, mfcc

RATE_HZ = 22_050
SETTINGS = [(2048, 512, 128), (2048, 1024, 64), (1024, 256, 40)]


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(3).normal(0, 0.1, 5 * RATE_HZ).astype(np.float32)


@pytest.mark.parametrize(("n_fft", "hop_samples", "bands"), SETTINGS)
def test_log_mel_equals_librosa(noise, n_fft, hop_samples, bands):
    ours = log_mel(noise, sample_rate_hz=RATE_HZ, n_fft=n_fft, hop_samples=hop_samples, bands=bands)
    power = librosa.feature.melspectrogram(
        y=noise, sr=RATE_HZ, n_fft=n_fft, hop_length=hop_samples, n_mels=bands
    )
    theirs = librosa.power_to_db(power, ref=1.0, top_db=None).T
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_chroma_filters_are_librosas_bit_by_bit():
    for rate_hz, n_fft in ((22_050, 2048), (16_000, 4096), (48_000, 1024)):
        theirs = librosa.filters.chroma(sr=rate_hz, n_fft=n_fft)
        np.testing.assert_array_equal(chroma_filters(rate_hz, n_fft), theirs)


def test_mfcc_equals_librosa_at_full_scale(noise):
    quiet = noise * np.linspace(0, 1, len(noise), dtype=np.float32) ** 8  # reaches the 80 dB floor
    mel_db = log_mel(quiet, sample_rate_hz=RATE_HZ, n_fft=2048, hop_samples=512, bands=128)
    theirs = librosa.feature.mfcc(y=quiet, sr=RATE_HZ, n_mfcc=20).T
    np.testing.assert_allclose(mfcc(mel_db, 20), theirs, atol=2e-2)


@pytest.mark.parametrize("frequency_hz", [220.0, 440.0, 3000.0])
def test_a_tone_is_loudest_in_its_own_band(frequency_hz):
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(2 * RATE_HZ) / RATE_HZ).astype(np.float32)
    mel_db = log_mel(tone, sample_rate_hz=RATE_HZ, n_fft=2048, hop_samples=512, bands=128)
    edges_hz = librosa.mel_frequencies(n_mels=130, fmax=RATE_HZ / 2)
    band = int(mel_db.mean(axis=0).argmax())
    assert edges_hz[band] < frequency_hz < edges_hz[band + 2]


def test_digital_silence_is_finite_and_at_the_floor():
    mel_db = log_mel(
        np.zeros(RATE_HZ, np.float32), sample_rate_hz=RATE_HZ, n_fft=2048, hop_samples=512, bands=64
    )
    assert (mel_db == -100).all()
    assert np.isfinite(mfcc(mel_db, 20)).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20_000))
def test_there_is_a_frame_every_hop(samples):
    wave = np.zeros(samples, np.float32)
    mel_db = log_mel(wave, sample_rate_hz=RATE_HZ, n_fft=1024, hop_samples=300, bands=8)
    assert mel_db.shape == (1 + samples // 300, 8)


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize(("n_fft", "bands"), [(512, 40), (1024, 64), (2048, 128), (4096, 512)])
@pytest.mark.filterwarnings("ignore:Empty filters detected")
def test_mel_filters_are_librosas(rate_hz, n_fft, bands):
    theirs = librosa.filters.mel(sr=rate_hz, n_fft=n_fft, n_mels=bands)
    ours = mel_filters(rate_hz, n_fft, bands).toarray()
    np.testing.assert_array_equal(ours, theirs)
