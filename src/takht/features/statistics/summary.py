"""Every window of a segment summed up in 336 numbers: timbre, intervals, steps, onsets, context."""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.features.statistics.intervals import HOP_SAMPLES as PITCH_HOP_SAMPLES
from takht.features.statistics.intervals import compute_pitch_classes, summarize_intervals
from takht.features.statistics.quarter_tone_steps import summarize_steps
from takht.features.statistics.timbre import (
    HOP_SAMPLES,
    compute_frame_values,
    summarize_onsets,
    summarize_timbre,
)

GROUPS = {"timbre": 184, "intervals": 48, "quarter_tone_steps": 24, "onsets": 8, "context": 72}
WINDOW_SECONDS, STEP_SECONDS = 5.016, 1.997  # 216 and 86 hops of 512 samples at 22,050 Hz
CONTEXT_WINDOWS = 4  # on either side: 21 s in all, for a scale takes longer to show than a timbre
_TONAL = slice(GROUPS["timbre"], GROUPS["timbre"] + GROUPS["context"])  # intervals and steps
MIN_RATE_HZ = 16_000  # the highest band of contrast begins at 6.4 kHz


def count_hops(sample_rate_hz: int) -> tuple[int, int]:
    """Return the length of a window and the way to the next one, in hops of 512 samples."""
    per_second = sample_rate_hz / HOP_SAMPLES
    return round(WINDOW_SECONDS * per_second), round(STEP_SECONDS * per_second)


def summarize_segment(wave: Waveform, sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the statistics of every window of a segment (samples,), shape (windows, 336).

    Each column has its own unit, such as dB, log Hz or a ratio. `context` is the mean of intervals
    and steps over the windows around, in this segment.

    Raises:
        ValueError: the segment is shorter than a window.
    """
    window_hops, step_hops = count_hops(sample_rate_hz)
    values = compute_frame_values(wave, sample_rate_hz)
    if len(values) < window_hops:
        raise ValueError(
            f"lasts {len(wave) / sample_rate_hz:.2f} s, less than a window ({WINDOW_SECONDS:.2f} s)"
        )
    pitch = compute_pitch_classes(wave, sample_rate_hz)
    starts = range(0, len(values) - window_hops + 1, step_hops)
    return join_windows(
        np.stack([summarize_window(values, pitch, start, window_hops) for start in starts])
    )


def summarize_window(
    values: NDArray[np.float32], pitch: NDArray[np.float32], start: int, window_hops: int
) -> NDArray[np.float32]:
    """Return all statistics of one window but its context, shape (264,).

    `values` (frames, 159) and `pitch` (frames, 48) are the segment's; start and length of the
    window are in frames of `values`.
    """
    ratio = PITCH_HOP_SAMPLES // HOP_SAMPLES
    own = values[start : start + window_hops]
    within = pitch[start // ratio : (start + window_hops) // ratio]
    tonal = [summarize_intervals(within), summarize_steps(within)]
    return np.concatenate([summarize_timbre(own), *tonal, summarize_onsets(own)])


def join_windows(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the segment's windows (windows, 264) with their context, shape (windows, 336)."""
    return np.hstack([windows, add_context(windows[:, _TONAL])])


def add_context(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each row's mean with the CONTEXT_WINDOWS rows before and after it, fewer at the ends.

    Shape and unit are those given, (windows, statistics).
    """
    total = np.cumsum(np.pad(windows, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    place = np.arange(len(windows))
    low = np.maximum(place - CONTEXT_WINDOWS, 0)
    high = np.minimum(place + CONTEXT_WINDOWS + 1, len(windows))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None], np.float32)
