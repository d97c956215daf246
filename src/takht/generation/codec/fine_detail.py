"""Fine structure of a spectrum, partials and the gaps between, which few numbers flatten.

It is what a smooth spectrum leaves, and quefrencies, the DCT over bins, tell the two apart. What a
codec keeps of it is right on average, but flat, the flatter the higher. A gain for each band gives
new pieces back as much as music has.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Frames

# Where bands of bins begin, and the end of the last; above 1 kHz about evenly in mel.
BAND_EDGES = (0, 14, 28, 43, 59, 76, 95, 116, 141, 169, 202, 239, 281, 329, 383, 444, 513)
BANDS, BINS = len(BAND_EDGES) - 1, BAND_EDGES[-1]
SMOOTH_QUEFRENCIES = 56  # below, a quefrency is of the smooth spectrum
MOST_GAIN = 3.0  # beyond, it is noise that is raised


def detail_gains(clip: Frames, decoded: Frames) -> NDArray[np.float32]:
    """Return ratios (BANDS,) of the detail's RMS in a clip (frames, 513) to that in its decoding.

    They are from 1 to 3.
    """
    ratios = _levels(clip) / np.maximum(_levels(decoded), 1e-6)
    return np.asarray(np.clip(ratios, 1, MOST_GAIN), np.float32)


def restore_detail(frames: Frames, by: NDArray[np.float32]) -> Frames:
    """Return frames (frames, 513) with the detail of each band times a gain, a ratio, (BANDS,)."""
    return frames + _detail(frames) * (np.repeat(by, np.diff(BAND_EDGES)) - 1)


def _detail(frames: Frames) -> Frames:
    """Return what the smooth spectrum of each frame (frames, 513) leaves."""
    quefrencies = scipy.fft.dct(frames, norm="ortho", axis=1)
    quefrencies[:, :SMOOTH_QUEFRENCIES] = 0
    return np.asarray(scipy.fft.idct(quefrencies, norm="ortho", axis=1), np.float32)


def _levels(frames: Frames) -> NDArray[np.float32]:
    power = np.add.reduceat(np.mean(_detail(frames) ** 2, axis=0), BAND_EDGES[:-1])
    return np.asarray(np.sqrt(power / np.diff(BAND_EDGES)), np.float32)
