"""Short-time Fourier transform and its least-squares inverse; a full-scale sine has magnitude 1.

Waves are mono float32, shape (samples,); spectra complex64, shape (frames, 1 + n_fft / 2). The
windows are periodic Hann windows.
"""

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.core.spectra import block_spectra, centred_starts

Spectrum = NDArray[np.complex64]


def stft(wave: Waveform, *, n_fft: int, hop_samples: int) -> Spectrum:
    """Return the spectrum, shape (1 + samples // hop_samples, 1 + n_fft // 2).

    Frame t is centred on sample t * hop_samples; beyond its ends the wave is silent. The window's
    sum is divided out, so that a full-scale sine on a bin has magnitude 1.
    """
    padded = np.pad(np.asarray(wave, np.float32), (n_fft // 2, n_fft // 2 + hop_samples))
    starts = centred_starts(len(wave), hop_samples)
    spectrum = np.empty((len(starts), n_fft // 2 + 1), np.complex64)
    for part, found in block_spectra(padded, starts, scaled_hann(n_fft)):
        spectrum[part] = found
    return spectrum


def istft(spectrum: Spectrum, *, hop_samples: int) -> Waveform:
    """Return the wave, shape (hop_samples * (frames - 1),), whose spectrum is nearest to this one.

    n_fft is a multiple of hop_samples. Griffin & Lim 1984, equation 6.
    """
    frames, n_fft = len(spectrum), 2 * (spectrum.shape[1] - 1)
    overlap = n_fft // hop_samples
    window = scaled_hann(n_fft)
    pieces = scipy.fft.irfft(spectrum, n_fft, axis=1) * window
    pieces = pieces.reshape(frames, overlap, hop_samples)
    squares = np.square(window).reshape(overlap, hop_samples)
    wave = np.zeros((frames + overlap - 1, hop_samples), np.float32)
    weight = np.zeros_like(wave)
    for part in range(overlap):
        wave[part : part + frames] += pieces[:, part]
        weight[part : part + frames] += squares[part]
    wave /= np.maximum(weight, 1e-3 * weight.max())  # no window reaches the very ends
    samples: Waveform = wave.ravel()[n_fft // 2 :][: hop_samples * (frames - 1)]
    return samples


@lru_cache
def scaled_hann(n_fft: int) -> NDArray[np.float32]:
    """Return the window, shape (n_fft,), scaled to a sum of 2."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    return np.asarray(window * 2 / window.sum(), np.float32)
