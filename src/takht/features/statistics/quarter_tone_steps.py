"""24 statistics of which quarter-tone steps lead from a note that ends to the one that begins.

Intervals a fixed time apart (`takht.features.statistics.intervals`) also count notes that go on;
steps count changes only. Histograms finer than a semitone suit maqamat: Bozkurt, Ayangil &
Holzapfel 2014.
"""

import numpy as np

from takht.features.statistics.intervals import STEPS as EIGHTHS
from takht.features.statistics.intervals import Values

HOP_FRAMES = 4  # 0.19 s at 22,050 Hz; notes shorter than the FFT's 0.37 s blur into steps of two
QUARTERS = EIGHTHS // 2  # an octave
_TINY = 1e-9


def summarize_steps(pitch: Values) -> Values:
    """Return the strength of 24 upward quarter-tone steps, a ratio to the unison, shape (24,).

    `pitch` holds the window's pitch classes (frames, 48), at least HOP_FRAMES + 1 frames. What
    grows from one frame to that HOP_FRAMES later begins, what shrinks ends; their circular
    correlation counts the steps in whatever key. What lies an eighth tone beside a quarter tone
    counts half to it.
    """
    import scipy.fft  # a quarter of a second; a store may have all

    change = np.diff(pitch[::HOP_FRAMES], axis=0)
    begins, ends = scipy.fft.rfft([np.maximum(change, 0), np.maximum(-change, 0)], axis=2)
    both = [(begins * each.conj()).mean(axis=0) for each in (begins, ends)]
    unison, taken = scipy.fft.irfft(both, EIGHTHS)
    taken /= unison[0] + _TINY
    on_step, above = taken.reshape(QUARTERS, 2).T
    return np.asarray(on_step + (above + np.roll(above, 1)) / 2, np.float32)
