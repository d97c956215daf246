"""Types and constants of sound and of spectra."""

import numpy as np
from numpy.typing import NDArray

Waveform = NDArray[np.float32]  # mono in [-1, 1], shape (samples,)
Frames = NDArray[np.float32]  # (frames, bands or coefficients)

FLOOR_POWER = 1e-10  # librosa's amin: nothing lies below -100 dB
TOP_DB = 80.0  # what lies further below the loudest cell is the floor


def pick_evenly(count: int, most: int) -> list[int]:
    """Return at most `most` indices below `count`: all, or the middles of equal parts."""
    if count <= most:
        return list(range(count))
    return [int((2 * place + 1) * count / (2 * most)) for place in range(most)]
