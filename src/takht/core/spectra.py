"""Spectra of overlapping frames, block by block: the one place that frames and transforms sound."""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from takht.core.arrays import Waveform

_BLOCK_SAMPLES = 2**18  # a block of frames and its spectrum stay in the processor's cache


def hann(n_fft: int) -> NDArray[np.float32]:
    """Return the periodic Hann window, shape (n_fft,), in [0, 1]."""
    return np.hanning(n_fft + 1)[:-1].astype(np.float32)


def block_spectra(
    wave: Waveform, starts: NDArray[np.int64], window: NDArray[np.float32]
) -> Iterator[tuple[slice, NDArray[np.complex64]]]:
    """Yield slices of some frames and their spectra, shape (frames, 1 + n_fft // 2).

    Frame t is `wave[starts[t] : starts[t] + n_fft]` times the window (n_fft,). `starts` counts
    samples, shape (all frames,); the wave has shape (samples,), and spectra its amplitude's scale.
    """
    import scipy.fft  # a quarter of a second; a store may have all that a stage makes

    every = sliding_window_view(wave, len(window))
    size = max(1, _BLOCK_SAMPLES // len(window))
    for first in range(0, len(starts), size):
        part = slice(first, first + size)
        frames = every[starts[part]]
        frames *= window
        yield part, scipy.fft.rfft(frames, axis=1, overwrite_x=True)


def centred_starts(samples: int, hop_samples: float) -> NDArray[np.int64]:
    """Return the first sample of each frame in a wave padded by half a frame, shape (frames,).

    The frames are centred on every hop of the wave, in samples.
    """
    frames = np.arange(1 + int(samples // hop_samples))
    return np.asarray(np.rint(frames * hop_samples), np.int64)
