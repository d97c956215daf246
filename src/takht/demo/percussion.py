"""Skins and cymbals: darbuka and riqq, each stroke a few damped modes and a burst of noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from takht.demo.iqaat import Hit
from takht.demo.voice import Wave

TAKES = 3  # recordings of each stroke, so that no two in a row are alike
STROKE_SECONDS = 0.45


@dataclass(frozen=True)
class Drum:
    """A skin of `skin_hz`, with `jingle` (0 for a darbuka, about 1 for a riqq)."""

    skin_hz: float
    decay_seconds: float
    edge_hz: float
    snap: float
    jingle: float


def play(
    hits: Sequence[Hit], seconds: float, drum: Drum, rate_hz: int, rng: np.random.Generator
) -> Wave:
    """Return the strokes, each at its time to the sample, mono, full scale 1, shape (samples,)."""
    takes = {
        letter: [synthesize_stroke(letter, drum, rate_hz, rng) for _ in range(TAKES)]
        for letter in "DTk"
    }
    wave = np.zeros(round(seconds * rate_hz), dtype=np.float32)
    for hit in hits:
        take = takes[hit.stroke][int(rng.integers(TAKES))]
        first = round(hit.start_seconds * rate_hz)
        here = wave[first : first + len(take)]
        here += np.float32(hit.strength) * take[: len(here)]
    return wave


def synthesize_stroke(letter: str, drum: Drum, rate_hz: int, rng: np.random.Generator) -> Wave:
    """Return one dum (D), tak (T) or soft stroke (k), shape (samples,), peak 1 (k: 0.7).

    A dum is the skin's lowest mode, a tenth sharp as it is struck; a tak its higher ones, at the
    ratios of an ideal membrane (Fletcher, Rossing, "The Physics of Musical Instruments", 1998).

    Raises:
        KeyError: there is no such stroke.
    """
    now = np.arange(round(STROKE_SECONDS * rate_hz)) / rate_hz
    modes = {"D": (1.0, 1.59), "T": (2.14, 2.65, 3.5), "k": (2.3, 2.92)}[letter]
    wave = np.zeros(len(now))
    for place, mode in enumerate(modes):
        hertz = (drum.skin_hz if letter == "D" else drum.edge_hz / 2.14) * mode
        decay_seconds = drum.decay_seconds / (1 if letter == "D" else 3) / (1 + place)
        turns = hertz * (now + 0.1 * 0.02 * (1 - np.exp(-now / 0.02)))
        wave += np.sin(2 * np.pi * turns) * np.exp(-6.9 * now / decay_seconds) / (1 + place)
    wave += drum.snap * (0.4 if letter == "D" else 1.0) * _burst(now, drum.edge_hz, rate_hz, rng)
    if drum.jingle:
        wave += drum.jingle * (0.3 if letter == "D" else 0.9) * _jingle(now, rate_hz, rng)
    wave *= np.clip((now[-1] - now) / 0.05, 0, 1)
    peak = 0.7 if letter == "k" else 1.0
    return np.asarray(peak * wave / np.max(np.abs(wave)), dtype=np.float32)


def _burst(
    now: NDArray[np.float64], edge_hz: float, rate_hz: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    band = butter(
        1, [edge_hz, min(8 * edge_hz, 0.45 * rate_hz)], "bandpass", fs=rate_hz, output="sos"
    )
    noise = sosfilt(band, rng.standard_normal(len(now)))
    return np.asarray(noise * np.exp(-now / 0.008), dtype=np.float64)


def _jingle(
    now: NDArray[np.float64], rate_hz: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Five pairs of cymbals, a few inharmonic partials each between 3.5 kHz and 10 kHz."""
    partials_hz = rng.uniform(3500, min(10_000, 0.45 * rate_hz), 15)
    phases, decays_seconds = rng.uniform(0, 2 * np.pi, 15), rng.uniform(0.04, 0.16, 15)
    waves = np.sin(2 * np.pi * np.outer(partials_hz, now) + phases[:, None])
    waves *= np.exp(-now / decays_seconds[:, None])
    return np.asarray(0.12 * waves.sum(axis=0), dtype=np.float64)
