"""Phases to begin with: every spectral peak turns at its own frequency, the bins around follow.

Single-pass spectrogram inversion: Beauregard, Harish & Wyse 2015.
"""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.core.randomness import rng_for


def estimate_phases(magnitudes: Frames, *, seed: int, hop_samples: int) -> NDArray[np.float32]:
    """Return phases in radians, shape (frames, bins); those of frame 0 are drawn from the seed."""
    frames, bins = magnitudes.shape
    peaks, offset = _peaks(magnitudes)
    advance = np.pi * hop_samples / (bins - 1) * (np.arange(bins) + offset)
    owner = _owners(peaks)
    turn = np.take_along_axis(advance, owner, axis=1)
    # a centred Hann window gives neighbouring bins opposite signs
    sign = np.pi * ((np.arange(bins) - owner) % 2)
    phases = np.empty((frames, bins), np.float32)
    phases[0] = rng_for(seed, "phases").uniform(-np.pi, np.pi, bins)
    for t in range(1, frames):
        at_peak = phases[t - 1][owner[t]] + 0.5 * (turn[t] + turn[t - 1][owner[t]])
        phases[t] = np.remainder(at_peak + sign[t], 2 * np.pi)
    return phases


def _peaks(magnitudes: Frames) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return where peaks are, and by what part of a bin the tone of each is off its bin.

    Exact for one tone under a Hann window, by its greater neighbour (Grandke 1983).
    """
    left, centre, right = magnitudes[:, :-2], magnitudes[:, 1:-1], magnitudes[:, 2:]
    peaks = np.zeros(magnitudes.shape, bool)
    peaks[:, 1:-1] = (centre > left) & (centre >= right)
    share = np.maximum(left, right) / np.maximum(centre, np.float32(1e-9))
    offset = np.zeros_like(magnitudes)
    offset[:, 1:-1] = np.clip((2 * share - 1) / (share + 1), 0, 0.5) * np.sign(right - left)
    return peaks, np.where(peaks, offset, 0).astype(np.float32)


def _owners(peaks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the nearest peak's bin for every bin; a bin of a frame without peaks is its own."""
    bins = np.arange(peaks.shape[1])
    below = np.maximum.accumulate(np.where(peaks, bins, -len(bins)), axis=1)
    above = np.where(peaks, bins, 3 * len(bins))[:, ::-1]
    above = np.minimum.accumulate(above, axis=1)[:, ::-1]
    nearest = np.where(bins - below <= above - bins, below, above)
    return np.where((nearest < 0) | (nearest >= len(bins)), bins, nearest)
