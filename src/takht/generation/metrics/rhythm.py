"""How a piece moves in time: its pulse, how steady it is, its holes, and the rate of its blocks.

Conventions: onset strengths have shape (frames,), in dB, FRAME_RATE_HZ of them a second.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.spectrogram.decibel_range import power_of_unit
from takht.generation.spectrogram.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ

Onsets = NDArray[np.floating]

FRAME_RATE_HZ = SAMPLE_RATE_HZ / HOP_SAMPLES
PULSE_SECONDS = (0.25, 2.5)  # between two strokes
TEMPO_WINDOW_SECONDS, TEMPO_STEP_SECONDS = 6.0, 3.0
HOLE_SECONDS, HOLE_DB = 0.3, 25.0  # below the piece's median level for so long
_TEMPO_TOLERANCE = 0.04  # as for the tempo measure of MIREX
_STILL_DB = 0.1  # onsets that vary less are no strokes


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


def measure_tempo_stability(onsets: Onsets) -> float:
    """Return the share of windows of 6 s whose own pulse is that of the whole piece.

    Half and double count as the same. NaN where the piece has fewer than two windows.
    """
    _, whole_seconds = measure_pulse(onsets)
    size, step = (
        round(seconds * FRAME_RATE_HZ) for seconds in (TEMPO_WINDOW_SECONDS, TEMPO_STEP_SECONDS)
    )
    starts = range(0, len(onsets) - size + 1, step)
    if len(starts) < 2:
        return float("nan")
    own = np.array([measure_pulse(onsets[start : start + size])[1] for start in starts])
    ratios = own[:, None] / whole_seconds / np.array([0.5, 1, 2])
    return float((np.abs(ratios - 1) <= _TEMPO_TOLERANCE).any(axis=1).mean())


def measure_block_modulation(onsets: Onsets, block_frames: int) -> NDArray[np.float64]:
    """Return the mean power of onset strength at the blocks' rate, and around it, shape (2,).

    Both are shares of all power: of white noise each is 1. Sums over pieces give a ratio that
    one piece whose tempo is that of the blocks hardly moves. NaN where the piece has few blocks.
    """
    if len(onsets) < 16 * block_frames:
        return np.full(2, np.nan)
    centred = onsets - onsets.mean()
    power = np.abs(np.fft.rfft(centred * np.hanning(len(centred)))) ** 2
    power /= max(float(power[1:].mean()), 1e-12)
    away = np.abs(np.fft.rfftfreq(len(centred)) * block_frames - 1)
    return np.array([power[away <= 0.04].mean(), power[(away > 0.08) & (away <= 0.4)].mean()])


def measure_holes(frames: Frames) -> float:
    """Return the share of time of a spectrogram (frames, 256), in [0, 1], that lies in holes."""
    levels_db = 10 * np.log10(power_of_unit(frames).sum(axis=1))
    quiet = levels_db < np.median(levels_db) - HOLE_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= HOLE_SECONDS * FRAME_RATE_HZ].sum() / len(frames))


def _autocorrelate(onsets: Onsets, lags: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the correlation of onsets with themselves so many frames later, shape (lags,)."""
    centred = np.asarray(onsets, np.float64) - np.mean(onsets)
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    products = np.fft.irfft(np.abs(spectrum) ** 2)[lags]
    energy = np.concatenate([[0], np.cumsum(centred**2)])
    least = _STILL_DB**2 * (len(centred) - lags)
    early, late = energy[len(centred) - lags] + least, energy[-1] - energy[lags] + least
    return np.asarray(products / np.sqrt(early * late))
