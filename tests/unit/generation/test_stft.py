"""The transform is librosa's to a scale, and its inverse gives the wave back."""

import librosa
import numpy as np
import pytest

from takht.generation.spectrogram.stft import istft, stft

RATE_HZ = 22_050


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, 20_000).astype(np.float32)


@pytest.mark.parametrize(("n_fft", "hop_samples"), [(1024, 256), (512, 256), (510, 255)])
def test_spectrum_is_librosas_with_the_windows_sum_divided_out(noise, n_fft, hop_samples):
    ours = stft(noise, n_fft=n_fft, hop_samples=hop_samples)
    theirs = librosa.stft(noise, n_fft=n_fft, hop_length=hop_samples) * 4 / n_fft
    assert len(ours) == 1 + len(noise) // hop_samples
    np.testing.assert_allclose(ours, theirs.T[: len(ours)], atol=2e-6)


def test_a_full_scale_sine_on_a_bin_has_magnitude_1():
    wave = np.sin(2 * np.pi * 40 / 1024 * np.arange(9000)).astype(np.float32)
    magnitude = np.abs(stft(wave, n_fft=1024, hop_samples=256))[4:-4]
    np.testing.assert_allclose(magnitude[:, 40], 1, atol=1e-4)
    np.testing.assert_allclose(magnitude[:, [39, 41]], 0.5, atol=1e-4)


@pytest.mark.parametrize(("n_fft", "hop_samples"), [(1024, 256), (512, 256)])
def test_the_inverse_gives_the_wave_back(noise, n_fft, hop_samples):
    back = istft(stft(noise, n_fft=n_fft, hop_samples=hop_samples), hop_samples=hop_samples)
    assert len(back) == len(noise) // hop_samples * hop_samples
    np.testing.assert_allclose(back, noise[: len(back)], atol=1e-6)


def test_the_inverse_of_what_no_wave_has_is_the_nearest_one():
    """Moving the wave any way takes its spectrum farther from the given one."""
    rng = np.random.default_rng(2)
    spectrum = (rng.normal(size=(40, 513)) + 1j * rng.normal(size=(40, 513))).astype(np.complex64)
    wave = istft(spectrum, hop_samples=256)

    def distance(candidate: np.ndarray) -> float:
        # a spectrum's inner bins stand for two each
        weights = np.r_[1, np.full(511, 2), 1]
        found = stft(candidate, n_fft=1024, hop_samples=256)
        return float(np.sum(weights * np.abs(found - spectrum)[4:-4] ** 2))

    for _ in range(5):
        nudge = np.zeros_like(wave)
        nudge[3000:6000] = rng.normal(0, wave.std() / 10, 3000)
        assert distance(wave) < min(distance(wave + nudge), distance(wave - nudge))
