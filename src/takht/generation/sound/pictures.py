"""Pictures of sounds: spectrograms one under the other, on a mel scale of frequency."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.features.spectrograms.figure_style import plain_style
from takht.generation.spectrogram.level_spectrogram import (
    HOP_SAMPLES,
    N_FFT,
    SAMPLE_RATE_HZ,
    level_spectrogram,
)

_KHZ = (0.5, 1, 2, 4, 8)
_ROWS = 256  # at most


def draw_spectrograms(waves: Mapping[str, Waveform]) -> Figure:
    """Return a figure of sounds (samples,), each under its title, one scale of time and 80 dB."""
    with plain_style(8):
        height = 1.8 * len(waves) + 0.7
        drawn = Figure(figsize=(9, height))
        rows = drawn.subplots(len(waves), 1, sharex=True, squeeze=False)[:, 0]
        inch = 1 / height
        drawn.subplots_adjust(0.07, 0.42 * inch, 0.98, 1 - 0.25 * inch, hspace=0.22)
        starts = _start_rows()
        bins = np.array(_KHZ) * 1000 * N_FFT / SAMPLE_RATE_HZ
        ticks = starts.searchsorted(bins).astype(float)
        for axes, (title, wave) in zip(rows, waves.items(), strict=True):
            unit = np.maximum.reduceat(level_spectrogram(wave), starts, axis=1)
            seconds = len(unit) * HOP_SAMPLES / SAMPLE_RATE_HZ
            extent = (0.0, seconds, 0.0, float(unit.shape[1]))
            axes.imshow(
                unit.T, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=0, vmax=1
            )
            axes.set_title(title, loc="left", pad=2)
            axes.set_yticks(ticks, map(str, _KHZ))
            axes.set_ylabel("kHz")
        rows[-1].set_xlabel("time, s")
        return drawn


def _start_rows() -> NDArray[np.int64]:
    """Return the first bin of each row, evenly spaced in mel (O'Shaughnessy 1987)."""
    most = 2595 * np.log10(1 + SAMPLE_RATE_HZ / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, most, _ROWS, endpoint=False) / 2595) - 1)
    return np.unique(np.round(hertz * N_FFT / SAMPLE_RATE_HZ).astype(np.int64))
