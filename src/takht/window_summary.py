"""Every window of a segment summed up in 232 numbers: 184 of timbre, 48 of intervals."""

import numpy as np
from numpy.typing import NDArray

from takht import interval_statistics, timbre_statistics
from takht.spectra import Waveform

GROUPS = {"timbre": 184, "intervals": 48}
WINDOW_SECONDS, STEP_SECONDS = 5.016, 1.997  # 216 and 86 hops of 512 samples at 22,050 Hz
LEAST_RATE_HZ = 16_000  # the highest band of contrast begins at 6.4 kHz


def hops(sample_rate_hz: int) -> tuple[int, int]:
    """Return the length of a window and the way to the next one, in hops of 512 samples."""
    per_second = sample_rate_hz / timbre_statistics.HOP_SAMPLES
    return round(WINDOW_SECONDS * per_second), round(STEP_SECONDS * per_second)


def of_segment(wave: Waveform, sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the statistics of every window of a segment, shape (windows, 232).

    Raises:
        ValueError: the segment is shorter than a window.
    """
    window_hops, step_hops = hops(sample_rate_hz)
    values = timbre_statistics.frame_values(wave, sample_rate_hz)
    if len(values) < window_hops:
        raise ValueError(
            f"lasts {len(wave) / sample_rate_hz:.2f} s, less than a window ({WINDOW_SECONDS:.2f} s)"
        )
    pitch = interval_statistics.pitch_classes(wave, sample_rate_hz)
    ratio = interval_statistics.HOP_SAMPLES // timbre_statistics.HOP_SAMPLES
    rows = []
    for start in range(0, len(values) - window_hops + 1, step_hops):
        end = start + window_hops
        timbre = timbre_statistics.of_window(values[start:end])
        intervals = interval_statistics.of_window(pitch[start // ratio : end // ratio])
        rows.append(np.concatenate([timbre, intervals]))
    return np.stack(rows)
