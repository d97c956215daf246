"""A fixed range of dB as [0, 1], so that what a model makes is sound without knowing a file.

The range suits music at -23 LUFS: nothing of it lies above, and 80 dB below is silence.
"""

import numpy as np

from takht.core.arrays import Frames

CEILING_DB = -13.0  # 0 dB is a full-scale sine
RANGE_DB = 80.0
BELOW_DB = 8.0  # what lies below the range is so much below it, half of the time


def unit_of_power(power: Frames) -> Frames:
    """Return power (frames, bins), 1 a full-scale sine, as numbers in [0, 1] on the dB range."""
    decibels = 10 * np.log10(np.maximum(power, np.float32(1e-12)))
    return np.asarray(np.clip(1 + (decibels - CEILING_DB) / RANGE_DB, 0, 1), np.float32)


def power_of_unit(unit: Frames) -> Frames:
    """Return the power (frames, bins) behind numbers in [0, 1]; 1 is a full-scale sine.

    A 0 is given the middle of what music has there, not silence: cells that fall silent at once are
    heard as holes.
    """
    held = np.clip(unit, 0, 1)
    decibels = CEILING_DB + RANGE_DB * (held - 1) - np.where(held > 0, 0, BELOW_DB)
    return np.asarray(10 ** (decibels / 10), np.float32)
