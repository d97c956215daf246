"""How a piece moves in time: how steady its pulse is, its holes, and the rate of its blocks.

Conventions: onset strengths have shape (frames,), in dB, FRAME_RATE_HZ of them a second.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.spectrogram.decibel_range import power_of_unit
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ, Onsets, measure_pulse

TEMPO_WINDOW_SECONDS, TEMPO_STEP_SECONDS = 6.0, 3.0
HOLE_SECONDS, HOLE_DB = 0.3, 25.0  # below the piece's median level for so long
_TEMPO_TOLERANCE = 0.04  # as for the tempo measure of MIREX


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
    """Return the share of time of a spectrogram (frames, 513), in [0, 1], that lies in holes."""
    levels_db = 10 * np.log10(power_of_unit(frames).sum(axis=1))
    quiet = levels_db < np.median(levels_db) - HOLE_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= HOLE_SECONDS * FRAME_RATE_HZ].sum() / len(frames))
