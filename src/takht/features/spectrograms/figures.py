"""Pictures of the preprocessing steps, from waveform to MFCC."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from takht.core.arrays import FLOOR_POWER, TOP_DB, Frames, Waveform
from takht.core.spectra import block_spectra, centred_starts, hann
from takht.features.spectrograms.figure_style import plain_style

_SCALE = f"yellow is the loudest, black {TOP_DB:g} dB below"


def draw_steps(
    title: str, wave: Waveform, mel_db: Frames, mfcc: Frames, *, sample_rate_hz: int, n_fft: int
) -> Figure:
    """Return a figure of one excerpt as waveform, log spectrogram, log-mel and MFCC, one time axis.

    `mel_db` (frames, bands), in dB, and `mfcc` (frames, coefficients) span the wave (samples,).
    """
    seconds = len(wave) / sample_rate_hz
    starts = centred_starts(len(wave), n_fft // 4)
    spectra = block_spectra(np.pad(wave, n_fft // 2), starts, hann(n_fft))
    magnitude = np.concatenate([np.abs(spectrum) for _, spectrum in spectra])
    spectrum_db = 20 * np.log10(np.maximum(magnitude, FLOOR_POWER**0.5))
    with plain_style(9):
        figure = Figure(figsize=(9, 8), layout="constrained")
        axes = figure.subplots(4, 1, sharex=True)
        figure.suptitle(title)
        axes[0].plot(np.arange(len(wave)) / sample_rate_hz, wave, linewidth=0.3, color="black")
        axes[0].set(ylabel="amplitude", title="waveform")
        _image(axes[1], spectrum_db, seconds, sample_rate_hz / 2000)
        axes[1].set(ylabel="frequency, kHz", title=f"log spectrogram; {_SCALE}")
        _image(axes[2], mel_db, seconds, mel_db.shape[1])
        axes[2].set(ylabel="mel band", title=f"log-mel spectrogram; {_SCALE}")
        deviation = (mfcc - mfcc.mean(axis=0)) / (mfcc.std(axis=0) + 1e-6)
        axes[3].imshow(
            deviation.T,
            origin="lower",
            aspect="auto",
            extent=(0, seconds, 0, mfcc.shape[1]),
            cmap="RdBu_r",
            vmin=-3,
            vmax=3,
        )
        axes[3].set(
            ylabel="coefficient",
            title="MFCC; red is 3 standard deviations above its mean, blue below",
        )
        axes[3].set_xlabel("time, s")
        return figure


def draw_composers(
    excerpts: Mapping[str, Frames], seconds: float, frames: int, *, of: int
) -> Figure:
    """Return a figure with one log-mel excerpt (frames, bands), dB, for each label.

    `frames` last `seconds`; an excerpt may be shorter. `of` is the number of all composers.
    """
    with plain_style(9):
        rows = -(-len(excerpts) // 2)
        figure = Figure(figsize=(10, 1.5 * rows + 0.5), layout="constrained")
        axes = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False).ravel()
        lengths = [seconds * len(mel_db) / frames for mel_db in excerpts.values()]
        for place, (label, mel_db), length in zip(axes, excerpts.items(), lengths, strict=False):
            _image(place, mel_db, length, mel_db.shape[1])
            place.set_title(label)
        axes[0].set_xlim(0, max(lengths))
        for place in axes[len(excerpts) :]:
            place.set_axis_off()
        for place in axes[: len(excerpts)][-2:]:  # the lowest of each column
            place.tick_params(labelbottom=True)
        left_out = f"; {len(excerpts)} of {of} composers" if of > len(excerpts) else ""
        figure.supxlabel(f"time, s{left_out}")
        figure.supylabel("mel band")
        return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write the figure as a PNG of 128 colours, a third of the size, for these live in Git."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=90)
    Image.open(picture).convert("RGB").quantize(128).save(path, optimize=True)


def _image(axes: Axes, levels_db: Frames, seconds: float, top: float) -> None:
    axes.imshow(
        levels_db.T,
        origin="lower",
        aspect="auto",
        extent=(0, seconds, 0, top),
        cmap="magma",
        vmin=levels_db.max() - TOP_DB,
        vmax=levels_db.max(),
    )
