"""What a piece's pitches do: which scale they are on, and which passages come back.

Conventions: pitch classes have shape (frames, 48), the strength of each eighth tone of an octave,
21.5 frames a second (`takht.features.statistics.intervals`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from takht.features.statistics.intervals import HOP_SAMPLES, Values
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ

PASSAGE_SECONDS, APART_SECONDS = 2.0, 3.0
REPEATED = 0.6  # correlation from which a passage is another one again; in noise none is
_POOLED_FRAMES = 4  # 0.19 s, so that a passage need not come back to the frame
_LEAST_SHARE = 0.03  # of the time, for a pitch to be a step of a scale


def measure_repetition(pitch: Values) -> tuple[float, float]:
    """Return the mean repetition of passages of 2 s, and the share of passages that are repeated.

    The repetition of a passage is its highest correlation with a passage that begins at least 3 s
    before or after it. Pitch classes are correlated, less their mean over the piece. Both numbers
    are NaN where the piece is too short.
    """
    rate_hz = SAMPLE_RATE_HZ / HOP_SAMPLES / _POOLED_FRAMES
    count = len(pitch) // _POOLED_FRAMES
    pooled = pitch[: count * _POOLED_FRAMES].reshape(count, _POOLED_FRAMES, -1).mean(axis=1)
    pooled = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-6)
    pooled = pooled - pooled.mean(axis=0)
    length, apart = (round(seconds * rate_hz) for seconds in (PASSAGE_SECONDS, APART_SECONDS))
    starts = np.arange(count - length + 1)
    if len(starts) <= apart:
        return float("nan"), float("nan")
    passages = pooled[starts[:, None] + np.arange(length)].reshape(len(starts), -1)
    passages /= np.maximum(np.linalg.norm(passages, axis=1, keepdims=True), 1e-6)
    alike = passages @ passages.T
    alike[np.abs(starts[:, None] - starts) < apart] = -1
    best = alike.max(axis=1)
    best = best[best > -1]  # in the middle of a short piece nothing is far enough
    return float(best.mean()), float((best >= REPEATED).mean())


def count_pitches(pitch: Values) -> NDArray[np.float64]:
    """Return the share of time in which each pitch class is the strongest, shape (48,)."""
    heard = pitch[pitch.any(axis=1)]
    return np.bincount(heard.argmax(axis=1), minlength=pitch.shape[1]) / max(len(heard), 1)


def find_scale(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which pitch classes (48,) are within 25 cents of a step of a recording's scale.

    `shares` (48,) are as `count_pitches` returns them; steps are their peaks.
    """
    around = shares + 0.5 * (np.roll(shares, 1) + np.roll(shares, -1))
    higher = (around >= np.roll(around, 1)) & (around > np.roll(around, -1))
    steps = higher & (around >= _LEAST_SHARE)
    return np.asarray(steps | np.roll(steps, 1) | np.roll(steps, -1))


def measure_in_scale(shares: NDArray[np.float64], scales: Sequence[NDArray[np.bool_]]) -> float:
    """Return the share of time on the one of the scales (48,) that has most of it.

    `shares` (48,) are as `count_pitches` returns them.
    """
    return max(float(shares[scale].sum()) for scale in scales)
