"""Which bands and times a score hangs on: each is turned down, and the score taken again.

Occlusion (Zeiler & Fergus 2014). It asks nothing of the model but answers, so it is the same for
every kind, and what it says is a fact of the model: its score of this sound with that part softer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Waveform

Drops = NDArray[np.float64]
Score = Callable[[Waveform], float]

# Narrower where pitch is predicted, as the ear has it; the last band reaches up to half the rate.
EDGES_HZ = (0.0, 150.0, 300.0, 500.0, 800.0, 1200.0, 1800.0, 2700.0, 4000.0, 6000.0)
CELL_SECONDS = 3.0  # below a window's five: overlapping windows tell neighbours apart
# Silence is like no recording: discriminants lose their heads over any of it. With 6 dB less, the
# cells that count most take five times as much from the score as cells drawn at random, together;
# with silence, two to four times (docs/benchmarks.md).
ATTENUATION_DB = 6.0
_TAKEN = np.float32(1 - 10 ** (-ATTENUATION_DB / 20))
_FADE_SECONDS = 0.02  # a cut without one is a click, which has all bands


@dataclass(frozen=True)
class Band:
    """Frequencies from `low_hz` to before `high_hz`."""

    low_hz: float
    high_hz: float


def frequency_bands(sample_rate_hz: int) -> list[Band]:
    """Return the bands of a sound, low to high; together they are all of it."""
    edges = [edge for edge in EDGES_HZ if edge < sample_rate_hz / 2] + [sample_rate_hz / 2]
    return [Band(low, high) for low, high in pairwise(edges)]


def extract_band(wave: Waveform, sample_rate_hz: int, band: Band) -> Waveform:
    """Return the part of a wave in [-1, 1] within the band, shape (samples,).

    The parts of all bands sum to the wave.
    """
    spectrum = scipy.fft.rfft(wave)
    hz = scipy.fft.rfftfreq(len(wave), 1 / sample_rate_hz)
    highest = band.high_hz >= sample_rate_hz / 2
    spectrum[(hz < band.low_hz) | ((hz >= band.high_hz) & (not highest))] = 0
    return np.asarray(scipy.fft.irfft(spectrum, len(wave)), np.float32)


def time_gate(samples: int, sample_rate_hz: int, start_s: float, end_s: float) -> Waveform:
    """Return 1 from start to end and 0 elsewhere, faded over 20 ms, shape (samples,).

    Gates of neighbouring times sum to 1. At the sound's own ends nothing is faded.
    """
    now = np.arange(samples, dtype=np.float32) / np.float32(sample_rate_hz)
    rise = _step(now - np.float32(start_s)) if start_s > 0 else np.ones_like(now)
    if end_s < samples / sample_rate_hz:
        rise -= _step(now - np.float32(end_s))
    return rise


def measure_drops(
    score: Score, wave: Waveform, sounding: Waveform, sample_rate_hz: int, edges_s: Drops
) -> Drops:
    """Return the falls of the score when `sounding`, a part of the wave, is turned down.

    They have the score's unit, such as nats, and shape (times + 1,): in each time from edge to
    edge, and last from the first edge to the last.
    """
    spans = [*pairwise(edges_s), (edges_s[0], edges_s[-1])]
    whole, taken = score(wave), _TAKEN * sounding
    gates = (time_gate(len(wave), sample_rate_hz, float(start), float(end)) for start, end in spans)
    return np.array([whole - score(wave - each * taken) for each in gates])


def attenuate(
    wave: Waveform, sample_rate_hz: int, cells: NDArray[np.bool_], edges_s: Drops
) -> Waveform:
    """Return the wave, in [-1, 1], with the marked cells (bands, times) turned down together.

    The wave has shape (samples,); `edges_s` has shape (times + 1,), in s.
    """
    left = wave.copy()
    for band, marked in zip(frequency_bands(sample_rate_hz), cells, strict=True):
        if not marked.any():
            continue
        taken = _TAKEN * extract_band(wave, sample_rate_hz, band)
        for time in np.flatnonzero(marked):
            start, end = float(edges_s[time]), float(edges_s[time + 1])
            left -= time_gate(len(wave), sample_rate_hz, start, end) * taken
    return left


def _step(seconds: Waveform) -> Waveform:
    """Return 0 before and 1 after second 0, a raised cosine in between."""
    place = np.clip(seconds / _FADE_SECONDS + 0.5, 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * place), np.float32)
