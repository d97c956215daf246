"""The level of a recording, and the gain that it needs."""

from pathlib import Path

import numpy as np

from takht.audio.pcm import FULL_SCALE
from takht.audio.wav_parts import Parts
from takht.preparation.loudness import Meter, gain_to_loudness, gain_to_peak
from takht.preparation.settings import NormalizeSettings

_DECIMALS = 4


def compute_gain_db(params: NormalizeSettings, peak_dbfs: float, loudness_lufs: float) -> float:
    """Return the gain (dB, 4 decimals) that brings a recording to the level of all others."""
    if params.method == "peak":
        gain = gain_to_peak(peak_dbfs, params.peak_dbfs)
    else:
        gain = gain_to_loudness(peak_dbfs, loudness_lufs, params.target_lufs, params.peak_dbfs)
    return float(np.round(gain, _DECIMALS))


def measure_recording(folder: Path, _: Path) -> tuple[float, float]:
    """Return peak (dBFS) and integrated loudness (LUFS) of the recording's parts."""
    parts = Parts(folder)
    meter = Meter(parts.sample_rate_hz)
    for block in parts.blocks():
        meter.add(block * np.float32(1 / FULL_SCALE))
    return meter.peak_dbfs(), meter.loudness_lufs()
