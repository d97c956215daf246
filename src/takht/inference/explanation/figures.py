"""The picture of an explanation: a spectrogram, and on it the evidence for and against."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from takht.core.arrays import TOP_DB, Frames
from takht.features.spectrograms.figure_style import plain_style
from takht.features.spectrograms.mel import hz_to_mels, log_mel
from takht.inference.explanation.explanation import Explanation
from takht.inference.explanation.occlusion import ATTENUATION_DB
from takht.runtime.atomic import atomic_file
from takht.text import names
from takht.text.clock import format_clock

_COLOURS = "RdBu_r"  # for: red, against: blue; told apart by colour-blind people too
_MOST_OPAQUE = 0.75  # the spectrogram stays visible
_MEL = {"n_fft": 2048, "hop_samples": 512, "bands": 128}


def draw_explanation(found: Explanation) -> Figure:
    """Return the spectrogram with its cells coloured, and beside it each time's and band's drop."""
    with plain_style(9):
        drawn = Figure(figsize=(10, 5.6), layout="constrained")
        axes = drawn.subplots(
            2, 2, width_ratios=[5, 1], height_ratios=[1, 4], sharex="col", sharey="row"
        )
        (above, corner), (picture, beside) = axes
        corner.set_axis_off()
        drawn.suptitle(_title(found))
        most = _draw_cells(picture, found)
        _draw_times(above, found)
        _draw_bands(beside, found)
        bar = drawn.colorbar(most, ax=beside, shrink=0.9)
        bar.set_label(
            f"nats of log-odds lost when {ATTENUATION_DB:g} dB softer\n"
            "red: evidence for, blue: against"
        )
        return drawn


def save_figure(drawn: Figure, path: Path) -> None:
    """Write the figure as a PNG."""
    with atomic_file(path) as partial:
        drawn.savefig(partial, format="png", dpi=130)


def _title(found: Explanation) -> str:
    composer, decision = found.composer, found.prediction.decision
    answer = (
        ""
        if decision.composer == composer.composer
        else f" (answer: \u2068{names.escape(decision.label)}\u2069)"
    )
    file = names.escape(found.prediction.file.rsplit("/", 1)[-1])
    # Isolated, so that neither name takes what stands beside it into its own direction.
    return (
        f"\u2068{file}\u2069\nEvidence for \u2068{names.escape(composer.label)}\u2069, "
        f"probability {composer.probability:.2f}{answer}"
    )


def _draw_cells(axes: Axes, found: Explanation) -> ScalarMappable:
    edges = found.edges_seconds
    levels = _levels(found)
    heights = _heights(found)
    axes.imshow(
        levels.T,
        origin="lower",
        aspect="auto",
        extent=(edges[0], edges[-1], 0, heights[-1]),
        cmap="Greys",
        vmin=levels.max() - TOP_DB,
        vmax=levels.max(),
    )
    most = max(float(np.abs(found.cells).max()), 1e-9)
    colours = ScalarMappable(Normalize(-most, most), _COLOURS)
    rgba = colours.to_rgba(found.cells)
    rgba[..., 3] = _MOST_OPAQUE * np.abs(found.cells) / most
    axes.pcolormesh(edges, heights, rgba)
    axes.set(ylabel="frequency, Hz", xlabel="time, min:s")
    axes.set_yticks(heights, [f"{edge:g}" for edge in _edges_hz(found)])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 3, 5, 6, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: format_clock(second)))
    return colours


def _draw_times(axes: Axes, found: Explanation) -> None:
    axes.stairs(found.times, found.edges_seconds, fill=True, color="dimgrey")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set(ylabel="all bands", xlim=found.edges_seconds[[0, -1]])


def _draw_bands(axes: Axes, found: Explanation) -> None:
    heights = _heights(found)
    axes.stairs(found.whole_bands, heights, orientation="horizontal", fill=True, color="dimgrey")
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set(xlabel="throughout", ylim=(0, heights[-1]))


def _levels(found: Explanation) -> Frames:
    """Return the span's log-mel spectrogram, dB, shape (frames, bands)."""
    return log_mel(found.wave, sample_rate_hz=found.sample_rate_hz, **_MEL)


def _edges_hz(found: Explanation) -> list[float]:
    return [band.low_hz for band in found.bands] + [found.bands[-1].high_hz]


def _heights(found: Explanation) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the bands' edges on the axis, which is even in mel as the spectrogram's bands are."""
    return hz_to_mels(np.array(_edges_hz(found)))
