"""Filters of pitch classes, without librosa.

Importing librosa takes two seconds, and compiles functions of which it keeps one copy for all
processes: workers that start together write it at once, and what they leave may crash its readers.
"""

import numpy as np
from numpy.typing import NDArray

_CLASSES = 12
_CENTRE_OCTAVE, _OCTAVES_WIDE = 5.0, 2.0
_A0_HZ = 440 / 16


def chroma_filters(sample_rate_hz: int, n_fft: int) -> NDArray[np.float32]:
    """Return the weight of each bin in each pitch class from C, shape (12, 1 + n_fft // 2).

    As librosa.filters.chroma, bit by bit: Gaussian bumps around each class, of length 1 in a bin,
    heaviest in the fifth octave. Ellis 2007, "Chroma feature analysis and synthesis".
    """
    hz = np.linspace(0, sample_rate_hz, n_fft, endpoint=False)[1:]
    place = _CLASSES * np.log2(hz / _A0_HZ)
    place = np.concatenate([[place[0] - 1.5 * _CLASSES], place])  # the bin at 0 Hz
    width = np.concatenate([np.maximum(np.diff(place), 1.0), [1]])
    half = _CLASSES / 2
    away = np.subtract.outer(place, np.arange(_CLASSES, dtype=np.float64)).T
    away = np.remainder(away + half + 10 * _CLASSES, _CLASSES) - half
    weights = np.exp(-0.5 * (2 * away / width) ** 2)
    weights /= np.sum(np.abs(weights) ** 2, axis=0, keepdims=True) ** 0.5
    weights *= np.exp(-0.5 * (((place / _CLASSES - _CENTRE_OCTAVE) / _OCTAVES_WIDE) ** 2))
    return np.ascontiguousarray(np.roll(weights, -3, axis=0)[:, : 1 + n_fft // 2], np.float32)
