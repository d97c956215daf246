"""Residual noise: what changes from frame to frame and what a few latents per block cannot show.

It is most of the difference between neighbouring frames: attacks, breath, shimmer. A few levels
that stay through a clip describe it, for groups of bands and for groups of quefrencies (the DCT
over bands: broad attacks are low, fine speckle is high), and its loudness frame by frame.
"""

from dataclasses import dataclass, field

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.core.randomness import rng_for
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.fine_detail import BAND_EDGES, BANDS, BINS, restore_detail
from takht.generation.codec.pca import MeanSpectrum

# Where groups begin, and the end of the last. Finer noise would blur what pitch is heard.
QUEFRENCIES = (0, 1, 2, 4, 8, 14, 24, 38, 56)
GROUPS = len(QUEFRENCIES) - 1
LEVELS = BANDS + 2 * GROUPS + 1  # log RMS of both, memory of quefrencies, skewness
_ROUNDS = 3  # of aiming at the levels
_QUIETEST = 1e-8


@dataclass(frozen=True)
class ResidualNoise:
    """What noise of a residual noise is drawn from."""

    levels: NDArray[np.float32]  # (LEVELS,)
    envelope: NDArray[np.float32]  # (frames,), log of each frame's loudness over the clip's
    seed: int
    fine_gains: NDArray[np.float32] = field(default_factory=lambda: np.ones(BANDS, np.float32))


def describe_residual(residual: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return levels (LEVELS,) and envelope (frames,) of a codec's residual (frames, 513).

    Levels are log RMS (nats) of groups, inverse tanh of correlations, and a skewness; the envelope
    is in nats.
    """
    envelope = _log_rms(residual, axis=1) - _log_rms(residual)
    even = residual / np.exp(envelope)[:, None]
    power = np.add.reduceat(np.mean(even**2, axis=0), BAND_EDGES[:-1]) / np.diff(BAND_EDGES)
    bands = np.asarray(0.5 * np.log(power + _QUIETEST), np.float32)
    unit = even / _by_band(bands)
    rms, memory = _quefrency_levels(unit)
    lower = unit[:, : BINS // 2]  # recordings may end where the rest begins
    skewness = np.mean(lower**3) / np.maximum(np.mean(lower**2) ** 1.5, _QUIETEST)
    levels = np.concatenate([bands, rms, memory, [np.clip(skewness, -1.5, 1.5)]])
    return levels.astype(np.float32), envelope.astype(np.float32)


def add_residual_noise(
    codec: LappedPca, mean_spectrum: MeanSpectrum, latents: Frames, residual: ResidualNoise
) -> Frames:
    """Return frames (frames, 513) in [0, 1] that a codec decodes, with their residual noise."""
    frames = restore_detail(codec.decode_unclipped(mean_spectrum, latents), residual.fine_gains)
    frames += draw_noise(residual, codec.basis)
    return np.asarray(np.clip(frames, 0, 1), np.float32)


def draw_noise(residual: ResidualNoise, basis: LappedBasis) -> Frames:
    """Return a residual's noise (frames, bands), orthogonal to a basis.

    In it, 1 is the whole dB range. Taking out what they reach lowers levels and memory: the next
    round aims higher by as much.
    """
    bands, rms, memory, skewness = np.split(residual.levels, np.cumsum([BANDS, GROUPS, GROUPS]))
    white = rng_for(residual.seed, "texture").standard_normal(
        (len(residual.envelope), BINS), dtype=np.float32
    )
    gain = np.exp(np.clip(residual.envelope, -2.5, 2.5))[:, None] * _by_band(bands)
    bend = np.clip(skewness / 6, -0.3, 0.3)
    rms_aim, memory_aim = rms.copy(), memory.copy()
    for _ in range(_ROUNDS):
        unit = scipy.fft.idct(_with_memory(white, rms_aim, memory_aim), norm="ortho", axis=1)
        spread = np.sqrt(np.mean(unit**2)) + _QUIETEST
        unit = unit + bend * (unit**2 / spread - spread)  # decibels have long tails downwards
        frames = unit * gain
        within = basis.synthesise(basis.analyse(frames))
        frames[: len(within)] -= within
        rms_found, memory_found = _quefrency_levels(frames / gain)
        rms_aim += np.clip(rms - rms_found, -0.5, 0.5)
        memory_aim += np.clip(memory - memory_found, -0.5, 0.5)
    return np.asarray(frames, np.float32)


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


def _log_rms(frames: Frames, axis: int | None = None) -> NDArray[np.float32]:
    return np.asarray(0.5 * np.log(np.mean(frames**2, axis=axis) + _QUIETEST), np.float32)


def _by_band(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.repeat(np.exp(levels), np.diff(BAND_EDGES))
