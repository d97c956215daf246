"""Fine detail of spectra, partials and the gaps between them, which a codec flattens.

It is what a smooth curve through a frame's bins leaves over. What the codec keeps of it is right on
average, but flat: the higher the frequency, the flatter. In new pieces, a gain for each band raises
partials again. It leaves gaps as they are: deeper, they would be emptier than those of music.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Frames

# Where bands of bins begin, and the end of the last; above 1 kHz about evenly in mel.
BAND_EDGES = (0, 14, 28, 43, 59, 76, 95, 116, 141, 169, 202, 239, 281, 329, 383, 444, 513)
BANDS, BINS = len(BAND_EDGES) - 1, BAND_EDGES[-1]
SMOOTH_QUEFRENCIES = 56  # the first terms of the DCT over bins, which make the smooth curve
MOST_GAIN = 3.0  # beyond, it is noise that is raised


def detail_gains(clip: Frames, decoded: Frames) -> NDArray[np.float32]:
    """Return ratios (BANDS,) of the detail's RMS in a clip (frames, 513) to that in its decoding.

    They are from 1 to 3.
    """
    ratios = _levels(clip) / np.maximum(_levels(decoded), 1e-6)
    return np.asarray(np.clip(ratios, 1, MOST_GAIN), np.float32)


def restore_detail(frames: Frames, by: NDArray[np.float32]) -> Frames:
    """Return frames (frames, 513) with each band's partials raised by a ratio, (BANDS,)."""
    partials: Frames = np.maximum(_detail(frames), 0)
    return frames + partials * (np.repeat(by, np.diff(BAND_EDGES)) - 1)


def _detail(frames: Frames) -> Frames:
    """Return what the smooth curve of each frame (frames, 513) leaves over."""
    quefrencies = scipy.fft.dct(frames, norm="ortho", axis=1)
    quefrencies[:, :SMOOTH_QUEFRENCIES] = 0
    return np.asarray(scipy.fft.idct(quefrencies, norm="ortho", axis=1), np.float32)


def _levels(frames: Frames) -> NDArray[np.float32]:
    power = np.add.reduceat(np.mean(_detail(frames) ** 2, axis=0), BAND_EDGES[:-1])
    return np.asarray(np.sqrt(power / np.diff(BAND_EDGES)), np.float32)
