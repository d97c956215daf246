"""Residual noise: what changes from frame to frame, which a few latents per block cannot show.

It is most of the difference between neighbouring frames: attacks, breath, shimmer. Levels that stay
through a clip describe it, for bands of bins and for groups of quefrencies, the DCT over bins:
broad attacks have low ones, fine speckle has high ones.
"""

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.fine_detail import BAND_EDGES, BANDS, BINS

# Where groups begin, and the end of the last. Finer noise would blur what pitch is heard.
QUEFRENCIES = (0, 1, 2, 4, 8, 14, 24, 38, 56)
GROUPS = len(QUEFRENCIES) - 1
LEVELS = BANDS + 2 * GROUPS + 1  # log RMS of both, memory of quefrencies, skewness
_ROUNDS = 3  # of aiming at the levels
_QUIETEST = 1e-8


def describe_residual(residual: Frames) -> NDArray[np.float32]:
    """Return the levels (LEVELS,) of a codec's residual (frames, 513).

    Before, all frames are brought to its mean loudness. Levels are log RMS (nats) of
    bands and groups, inverse tanh of correlations, and a skewness.
    """
    loudness = np.sqrt(np.mean(residual**2, axis=1, keepdims=True) + _QUIETEST)
    even = residual / loudness * np.sqrt(np.mean(residual**2) + _QUIETEST)
    power = np.add.reduceat(np.mean(even**2, axis=0), BAND_EDGES[:-1]) / np.diff(BAND_EDGES)
    bands = np.asarray(0.5 * np.log(power + _QUIETEST), np.float32)
    unit = even / _by_band(bands)
    rms, memory = _quefrency_levels(unit)
    lower = unit[:, : BINS // 2]  # recordings may end where the rest begins
    skewness = np.mean(lower**3) / np.maximum(np.mean(lower**2) ** 1.5, _QUIETEST)
    levels = np.concatenate([bands, rms, memory, [np.clip(skewness, -1.5, 1.5)]])
    return levels.astype(np.float32)


def draw_noise(
    levels: NDArray[np.float32], basis: LappedBasis, frames: int, rng: np.random.Generator
) -> Frames:
    """Return noise (frames, 513) of the levels (LEVELS,) that a basis does not see.

    In it, 1 is the whole dB range. Taking out what the basis sees lowers levels and memory: the
    next round aims higher by as much.
    """
    bands, rms, memory, skewness = np.split(levels, np.cumsum([BANDS, GROUPS, GROUPS]))
    white = rng.standard_normal((frames, BINS), dtype=np.float32)
    gain = _by_band(bands)
    bend = np.clip(skewness / 6, -0.3, 0.3)
    rms_aim, memory_aim = rms.copy(), memory.copy()
    for _ in range(_ROUNDS):
        unit = scipy.fft.idct(_with_memory(white, rms_aim, memory_aim), norm="ortho", axis=1)
        spread = np.sqrt(np.mean(unit**2)) + _QUIETEST
        unit = unit + bend * (unit**2 / spread - spread)  # decibels have long tails downwards
        noise = unit * gain
        within = basis.synthesise(basis.analyse(noise))
        noise[: len(within)] -= within
        rms_found, memory_found = _quefrency_levels(noise / gain)
        rms_aim += np.clip(rms - rms_found, -0.5, 0.5)
        memory_aim += np.clip(memory - memory_found, -0.5, 0.5)
    return np.asarray(noise, np.float32)


def _with_memory(
    white: Frames, rms: NDArray[np.float32], memory: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return white noise, frame by quefrency, as a process of order 1 in each group."""
    made = np.zeros_like(white)
    for group in range(GROUPS):
        past = float(np.clip(np.tanh(memory[group]), -0.9, 0.97))
        part = slice(QUEFRENCIES[group], QUEFRENCIES[group + 1])
        new = float(np.exp(rms[group])) * np.sqrt(1 - past * past)
        made[:, part] = scipy.signal.lfilter([new], [1, -past], white[:, part], axis=0)
    return made


def _quefrency_levels(unit: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return log RMS and inverse tanh of the correlation with the frame before, (GROUPS,) each."""
    quefrencies = scipy.fft.dct(unit, norm="ortho", axis=1)[:, : QUEFRENCIES[-1]]
    power = np.add.reduceat(np.mean(quefrencies**2, axis=0), QUEFRENCIES[:-1])
    lagged = np.mean(quefrencies[1:] * quefrencies[:-1], axis=0)
    lagged = np.add.reduceat(lagged, QUEFRENCIES[:-1])
    memory = np.arctanh(np.clip(lagged / np.maximum(power, _QUIETEST), -0.9, 0.97))
    rms = 0.5 * np.log(power / np.diff(QUEFRENCIES) + _QUIETEST)
    return np.asarray(rms, np.float32), np.asarray(memory, np.float32)


def _by_band(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.repeat(np.exp(levels), np.diff(BAND_EDGES))
