"""Fine structure of a spectrum, partials and the gaps between, which few numbers flatten.

Quefrencies are the DCT over bands. Where a codec keeps a part of a quefrency's variance, what it
decodes is right on average but flat; a gain gives new pieces back as much as music has.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Frames

QUEFRENCIES = (56, 84, 128, 224, 513)  # where groups begin, and the end of the last
MOST_GAIN = 1.8  # beyond, it is noise that is raised


def detail_gains(clip: Frames, decoded: Frames) -> NDArray[np.float32]:
    """Return ratios (4,) of each group's RMS in a clip (frames, 513) to that in its decoding."""
    ratios = _levels(clip) / np.maximum(_levels(decoded), 1e-6)
    return np.asarray(np.clip(ratios, 1, MOST_GAIN), np.float32)


def restore_detail(frames: Frames, by: NDArray[np.float32]) -> Frames:
    """Return frames (frames, 513) with each group of quefrencies times a gain, a ratio, (4,)."""
    quefrencies = scipy.fft.dct(frames, norm="ortho", axis=1)
    quefrencies[:, QUEFRENCIES[0] :] *= np.repeat(by, np.diff(QUEFRENCIES))
    return np.asarray(scipy.fft.idct(quefrencies, norm="ortho", axis=1), np.float32)


def _levels(frames: Frames) -> NDArray[np.float32]:
    quefrencies = scipy.fft.dct(frames, norm="ortho", axis=1)
    power = np.add.reduceat(np.mean(quefrencies**2, axis=0), QUEFRENCIES[:-1])
    return np.asarray(np.sqrt(power), np.float32)
