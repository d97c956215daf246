"""Pictures of sounds: log-mel spectrograms one under the other."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from takht.core.arrays import Waveform
from takht.features.spectrograms.figure_style import plain_style
from takht.generation.spectrogram.log_mel import (
    HOP_SAMPLES,
    N_FFT,
    SAMPLE_RATE_HZ,
    log_mel,
    mel_band_edges,
)

_KHZ = (0.5, 1, 2, 4, 8)


def draw_spectrograms(waves: Mapping[str, Waveform]) -> Figure:
    """Return a figure of sounds (samples,), each under its title, one scale of time and 80 dB."""
    with plain_style(8):
        height = 1.8 * len(waves) + 0.7
        drawn = Figure(figsize=(9, height))
        rows = drawn.subplots(len(waves), 1, sharex=True, squeeze=False)[:, 0]
        inch = 1 / height
        drawn.subplots_adjust(0.07, 0.42 * inch, 0.98, 1 - 0.25 * inch, hspace=0.22)
        edges = mel_band_edges()[1:-1] * SAMPLE_RATE_HZ / N_FFT / 1000  # kHz
        for axes, (title, wave) in zip(rows, waves.items(), strict=True):
            unit = log_mel(wave)
            seconds = len(unit) * HOP_SAMPLES / SAMPLE_RATE_HZ
            extent = (0.0, seconds, 0.0, float(unit.shape[1]))
            axes.imshow(
                unit.T, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=0, vmax=1
            )
            axes.set_title(title, loc="left", pad=2)
            axes.set_yticks([float(edges.searchsorted(khz)) for khz in _KHZ], map(str, _KHZ))
            axes.set_ylabel("kHz")
        rows[-1].set_xlabel("time, s")
        return drawn
