"""A wave whose spectrogram has given magnitudes: fast Griffin-Lim from a deterministic start.

Magnitudes have shape (frames, 1 + n_fft / 2), on the scale of `takht.generation.spectrogram.stft`.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, Waveform
from takht.generation.sound.initial_phases import estimate_phases
from takht.generation.spectrogram.stft import istft, stft

MOMENTUM = 0.99  # of Perraudin et al.; 0 is the algorithm of 1984


def griffin_lim(
    magnitudes: Frames,
    *,
    iterations: int,
    seed: int,
    hop_samples: int = 256,
    momentum: float = MOMENTUM,
) -> Waveform:
    """Return the wave, shape (hop_samples * (frames - 1),), full scale 1, of the magnitudes.

    Each iteration takes the phases of the spectrum that the wave so far really has. Griffin & Lim
    1984; Perraudin, Balazs & Søndergaard 2013 for the momentum.
    """
    n_fft = 2 * (magnitudes.shape[1] - 1)
    turns = np.exp(1j * estimate_phases(magnitudes, seed=seed, hop_samples=hop_samples))
    turns = turns.astype(np.complex64)
    previous: NDArray[np.complex64] = np.zeros((1, 1), np.complex64)
    for _ in range(iterations):
        wave = istft(magnitudes * turns, hop_samples=hop_samples)
        found = stft(wave, n_fft=n_fft, hop_samples=hop_samples)
        turns = found - np.float32(momentum / (1 + momentum)) * previous
        turns /= np.maximum(np.abs(turns), np.float32(1e-12))
        previous = found
    return istft(magnitudes * turns, hop_samples=hop_samples)
