"""Log-mel spectrograms that can be heard again: 256 bands at 75 % overlap, as [0, 1] of a dB range.

A wave is mono float32 at 22,050 Hz and -23 LUFS; a spectrogram has shape (frames, 256).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, Waveform
from takht.generation.spectrogram.decibel_range import power_of_unit, unit_of_power
from takht.generation.spectrogram.stft import stft

SAMPLE_RATE_HZ = 22_050
N_FFT = 1024
HOP_SAMPLES = 256
BANDS = 256
_STEPS = 3  # towards the bands' power; more change the sound no further


def log_mel(wave: Waveform) -> Frames:
    """Return the spectrogram, shape (1 + samples // 256, 256), in [0, 1] of `decibels`' range."""
    spectrum = stft(wave, n_fft=N_FFT, hop_samples=HOP_SAMPLES)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return unit_of_power(power @ mel_filters().T)


def recover_magnitude(unit: Frames) -> Frames:
    """Return an STFT magnitude, shape (frames, 513), of a spectrogram (frames, 256) in [0, 1].

    The transposed filters give each bin the mean of its bands; multiplicative steps then bring the
    bands' power to the wanted one. Lee & Seung 2001, with the bases fixed.
    """
    target, basis = power_of_unit(unit), mel_filters()
    spread = basis / basis.sum(axis=0, keepdims=True).clip(1e-12)
    power = target @ spread
    for _ in range(_STEPS):
        power *= (target / np.maximum(power @ basis.T, 1e-20)) @ spread
    return np.asarray(np.sqrt(power), np.float32)


@lru_cache
def mel_filters() -> NDArray[np.float32]:
    """Return triangular filters on power, shape (256, 513); each row sums to 1."""
    edges = mel_band_edges()
    bins = np.arange(N_FFT // 2 + 1)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    sides = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre))
    weights = np.clip(sides, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


@lru_cache
def mel_band_edges() -> NDArray[np.float64]:
    """Return the filters' corners in FFT bins, shape (258,), mel-spaced but never within one bin.

    Mel spacing alone would put 256 bands closer than the FFT resolves below 1.5 kHz: some empty,
    some doubled. Here the low bands are the bins themselves, and as few of them as will do; the
    rest goes on from there to the Nyquist frequency, evenly in mel (O'Shaughnessy 1987).
    """
    for linear in range(1, BANDS):
        mels = np.linspace(_mel(float(linear)), _mel(N_FFT / 2), BANDS + 2 - linear)
        bins = 700 * (10 ** (mels / 2595) - 1) * N_FFT / SAMPLE_RATE_HZ
        if bins[1] - bins[0] >= 1:
            return np.concatenate([np.arange(linear), bins])
    raise AssertionError(f"{BANDS} bands do not fit {N_FFT // 2} bins")


def _mel(fft_bin: float) -> float:
    return float(2595 * np.log10(1 + fft_bin * SAMPLE_RATE_HZ / N_FFT / 700))
