"""Sounds of one loudness whose peaks pass no limit."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from takht.core.arrays import Waveform
from takht.preparation.loudness import Meter, gain_to_peak

TARGET_LUFS = -23.0  # EBU R 128, as the recordings are brought to
PEAK_DBFS = -1.0
_LOOK_AHEAD_SECONDS = 0.005
_ROUNDS = 4  # limiting takes loudness away; each round gives most of it back


def normalize_loudness(wave: Waveform, sample_rate_hz: int) -> Waveform:
    """Return a wave (samples,) in [-1, 1] at -23 LUFS with no sample above -1 dBFS.

    Where a peak would pass, the gain dips smoothly around it and the rest is raised to make up for
    it. Silence stays, and what is too quiet for the meter's gates is raised to the peak.
    """
    wave = np.asarray(wave, np.float32)
    for _ in range(_ROUNDS):
        meter = Meter(sample_rate_hz)
        meter.add(wave)
        loudness_lufs = meter.loudness_lufs()
        if np.isinf(loudness_lufs):
            gain_db = gain_to_peak(meter.peak_dbfs(), PEAK_DBFS)
        else:
            gain_db = TARGET_LUFS - loudness_lufs
        if abs(gain_db) < 0.01 and meter.peak_dbfs() <= PEAK_DBFS:
            break
        wave = limit_peaks(wave * np.float32(10 ** (gain_db / 20)), sample_rate_hz)
    return wave


def limit_peaks(wave: Waveform, sample_rate_hz: int) -> Waveform:
    """Return a wave (samples,) with every sample within -1 dBFS; the gain moves over 10 ms.

    The gain at a sample is a mean of gains each of which suffices there, so none passes.
    """
    limit = np.float32(10 ** (PEAK_DBFS / 20))
    needed: NDArray[np.float64] = np.minimum(1, limit / np.maximum(np.abs(wave), 1e-9, dtype="f8"))
    if needed.min() == 1:
        return wave
    size = 2 * round(_LOOK_AHEAD_SECONDS * sample_rate_hz) + 1
    gain = uniform_filter1d(minimum_filter1d(needed, size, mode="nearest"), size, mode="nearest")
    return np.asarray(np.clip(wave * gain, -limit, limit), np.float32)  # rounding alone can pass
