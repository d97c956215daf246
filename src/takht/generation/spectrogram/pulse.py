"""The pulse of a piece: how well its onsets come back, and after how long.

Conventions: onset strengths have shape (frames,), in dB, FRAME_RATE_HZ of them a second.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.spectrogram.decibel_range import RANGE_DB
from takht.generation.spectrogram.level_spectrogram import HOP_SAMPLES, SAMPLE_RATE_HZ

Onsets = NDArray[np.floating]

FRAME_RATE_HZ = SAMPLE_RATE_HZ / HOP_SAMPLES
PULSE_SECONDS = (0.25, 2.5)  # between two strokes
_STILL_DB = 0.1  # onsets that vary less are no strokes


def find_onsets(frames: Frames) -> NDArray[np.float32]:
    """Return the onset strength (frames - 1,) of a spectrogram (frames, bins) in [0, 1].

    That is the mean rise over bins from frame to frame.
    """
    return np.asarray(RANGE_DB * np.maximum(np.diff(frames, axis=0), 0).mean(axis=1), np.float32)


def measure_pulse(onsets: Onsets) -> tuple[float, float]:
    """Return the highest peak of the autocorrelation at .25 to 2.5 s, and its lag in seconds.

    The lag is the piece's own, so pieces of all tempi compare. 0 and NaN where nothing repeats.
    """
    lags = np.arange(*np.round(np.array(PULSE_SECONDS) * FRAME_RATE_HZ).astype(int))
    lags = lags[lags < len(onsets) // 2]
    found = _autocorrelate(onsets, lags)
    inner = found[1:-1]
    peaks = np.where((inner >= found[:-2]) & (inner > found[2:]), inner, 0)
    if not peaks.any():
        return 0.0, np.nan
    best = int(peaks.argmax())
    return float(peaks[best]), float(lags[1 + best] / FRAME_RATE_HZ)


def _autocorrelate(onsets: Onsets, lags: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the correlation of onsets with themselves so many frames later, shape (lags,)."""
    centred = np.asarray(onsets, np.float64) - np.mean(onsets)
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    products = np.fft.irfft(np.abs(spectrum) ** 2)[lags]
    energy = np.concatenate([[0], np.cumsum(centred**2)])
    least = _STILL_DB**2 * (len(centred) - lags)
    early, late = energy[len(centred) - lags] + least, energy[-1] - energy[lags] + least
    return np.asarray(products / np.sqrt(early * late))
