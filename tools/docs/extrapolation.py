"""From measured costs to those of more: hours of audio, files of a folder, pairs of recordings."""

from collections.abc import Mapping
from math import log

import numpy as np


def wall_hours(cpu_s_an_hour: float, hours: float, cores: int) -> float:
    """Return how long all cores are busy, if every one is: no less time will do."""
    return cpu_s_an_hour * hours / cores / 3600


def along(curve: Mapping[int, float], count: float) -> float:
    """Return a measured curve's value: straight between points, beyond as its last two go on."""
    counts, values = list(curve), list(curve.values())
    if count <= counts[-1]:
        return float(np.interp(count, counts, values))
    slope = (values[-1] - values[-2]) / (counts[-1] - counts[-2])
    return values[-1] + slope * (count - counts[-1])


def reaching(curve: Mapping[int, float], value: float) -> float:
    """Return the count at which a curve that rises reaches a value."""
    counts, values = list(curve), list(curve.values())
    if value <= values[-1]:
        return float(np.interp(value, values, counts))
    slope = (values[-1] - values[-2]) / (counts[-1] - counts[-2])
    return counts[-1] + (value - values[-1]) / slope


def exponent(curve: Mapping[int, float]) -> float:
    """Return the power of the number with which a cost grew over the whole curve; 2: quadratic."""
    (first, low), *_, (last, high) = curve.items()
    return log(high / low) / log(last / first)
