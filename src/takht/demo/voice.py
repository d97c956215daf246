"""What an instrument is asked for, and what it gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]
"""Samples of one voice, shape (samples,)."""


@dataclass(frozen=True)
class Sounding:
    """A note of a line: when and how long (s), at which frequency (Hz), how strong (0 to 1)."""

    start_seconds: float
    seconds: float
    frequency_hz: float
    strength: float
