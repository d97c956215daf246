"""The gain that a recording of a measured level needs."""

import numpy as np

from takht.preparation.loudness import gain_to_loudness, gain_to_peak
from takht.preparation.settings import NormalizeSettings

_DECIMALS = 4


def compute_gain_db(params: NormalizeSettings, peak_dbfs: float, loudness_lufs: float) -> float:
    """Return the gain (dB, 4 decimals) that brings a recording to the level of all others."""
    if params.method == "peak":
        gain = gain_to_peak(peak_dbfs, params.peak_dbfs)
    else:
        gain = gain_to_loudness(peak_dbfs, loudness_lufs, params.target_lufs, params.peak_dbfs)
    return float(np.round(gain, _DECIMALS))
