"""Spectrograms that can be heard again: levels of 513 bins in [0, 1] of a dB range.

A wave is mono float32 at 22,050 Hz and -23 LUFS; a spectrogram has shape (frames, 513). Frames
overlap by 75 %.
"""

import numpy as np

from takht.core.arrays import Frames, Waveform
from takht.generation.spectrogram.decibel_range import power_of_unit, unit_of_power
from takht.generation.spectrogram.stft import stft

SAMPLE_RATE_HZ = 22_050
N_FFT = 1024
HOP_SAMPLES = 256
BINS = N_FFT // 2 + 1


def level_spectrogram(wave: Waveform) -> Frames:
    """Return the spectrogram, shape (1 + samples // 256, 513), in [0, 1] of `decibel_range`."""
    spectrum = stft(wave, n_fft=N_FFT, hop_samples=HOP_SAMPLES)
    return unit_of_power(np.square(spectrum.real) + np.square(spectrum.imag))


def recover_magnitude(unit: Frames) -> Frames:
    """Return the STFT magnitude, shape (frames, 513), of a spectrogram (frames, 513) in [0, 1]."""
    return np.asarray(np.sqrt(power_of_unit(unit)), np.float32)
