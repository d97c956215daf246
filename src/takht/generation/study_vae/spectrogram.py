"""The original study's log spectrograms, and the sound it made of them, which buzzes.

256 bins of an FFT of 512 samples, every 256 samples: half a second is 43 frames. Its minimum and
maximum of each file are a fixed dB range here, so that a model's output has a level.
"""

import numpy as np

from takht.core.arrays import Frames, Waveform
from takht.generation.spectrogram.decibel_range import power_of_unit, unit_of_power
from takht.generation.spectrogram.stft import scaled_hann, stft

N_FFT = 512
HOP_SAMPLES = 256
BINS = 256
_N_FFT_BACK = 2 * (BINS - 1)  # what an inverse transform takes 256 bins for


def log_spectrogram(wave: Waveform) -> Frames:
    """Return levels in [0, 1], shape (1 + samples // 256, 256), without the topmost bin."""
    spectrum = stft(wave, n_fft=N_FFT, hop_samples=HOP_SAMPLES)[:, :BINS]
    return unit_of_power(np.square(spectrum.real) + np.square(spectrum.imag))


def zero_phase(unit: Frames) -> Waveform:
    """Return the wave, shape (256 * (frames - 1),), of magnitudes taken for complex numbers.

    `unit` holds levels in [0, 1], shape (frames, 256).

    That is what the original calls Griffin-Lim. All phases are 0, so every frame is a pulse and the
    frame rate is heard; 256 bins are taken for an FFT of 510 samples, so all is 6.8 cents sharp.
    """
    window = scaled_hann(_N_FFT_BACK)
    pieces = np.fft.irfft(np.sqrt(power_of_unit(unit)), _N_FFT_BACK, axis=1) * window
    wave = np.zeros(HOP_SAMPLES * (len(unit) - 1) + _N_FFT_BACK, np.float32)
    weight = np.zeros_like(wave)
    for start, piece in zip(range(0, len(wave), HOP_SAMPLES), pieces, strict=False):
        wave[start : start + _N_FFT_BACK] += piece
        weight[start : start + _N_FFT_BACK] += window**2
    wave /= np.maximum(weight, 1e-3 * weight.max())
    return wave[_N_FFT_BACK // 2 :][: HOP_SAMPLES * (len(unit) - 1)]
