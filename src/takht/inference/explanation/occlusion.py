"""Which bands and times a score hangs on: each is turned down, and the score taken again.

Occlusion (Zeiler & Fergus 2014). It asks nothing of the model but answers, so it is the same for
every kind, and what it says is a fact of the model: its score of this sound with that part softer.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.core.arrays import Waveform

Drops = NDArray[np.float64]
Score = Callable[[Waveform, int, int], float]  # of a wave altered between two samples

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
    padded = scipy.fft.next_fast_len(
        len(wave)
    )  # a length with large factors takes ten times as long
    spectrum = scipy.fft.rfft(wave, padded)
    hz = scipy.fft.rfftfreq(padded, 1 / sample_rate_hz)
    highest = band.high_hz >= sample_rate_hz / 2
    spectrum[(hz < band.low_hz) | ((hz >= band.high_hz) & (not highest))] = 0
    return np.asarray(scipy.fft.irfft(spectrum, padded)[: len(wave)], np.float32)


def time_gate(
    samples: int, sample_rate_hz: int, start_s: float, end_s: float
) -> tuple[slice, Waveform]:
    """Return where a gate is open in a sound so many samples long, and there its gain in [0, 1].

    It is 1 from start to end, faded over 20 ms. Gates of neighbouring times sum to 1. At the
    sound's own ends nothing is faded.
    """
    low = max(0, math.floor((start_s - _FADE_SECONDS / 2) * sample_rate_hz))
    high = min(samples, math.ceil((end_s + _FADE_SECONDS / 2) * sample_rate_hz) + 1)
    now = np.arange(low, high, dtype=np.float32) / np.float32(sample_rate_hz)
    gain = _step(now - np.float32(start_s)) if start_s > 0 else np.ones_like(now)
    if end_s < samples / sample_rate_hz:
        gain -= _step(now - np.float32(end_s))
    return slice(low, high), gain


def measure_drops(
    score: Score, wave: Waveform, sounding: Waveform, sample_rate_hz: int, edges_s: Drops
) -> Drops:
    """Return the falls of the score when `sounding`, a part of the wave, is turned down.

    They have the score's unit, such as nats, and shape (times + 1,): in each time from edge to
    edge, and last from the first edge to the last.
    """
    whole, left, drops = score(wave, 0, 0), wave.copy(), []
    for start, end in [*pairwise(edges_s), (edges_s[0], edges_s[-1])]:
        where, gain = time_gate(len(wave), sample_rate_hz, float(start), float(end))
        left[where] -= gain * (_TAKEN * sounding[where])
        drops.append(whole - score(left, where.start, where.stop))
        left[where] = wave[where]
    return np.array(drops)


def attenuate(
    wave: Waveform, sample_rate_hz: int, maps: NDArray[np.bool_], edges_s: Drops
) -> list[Waveform]:
    """Return the wave once for each map, its marked cells turned down together.

    The wave has shape (samples,), in [-1, 1]; `maps` (maps, bands, times); `edges_s` (times + 1,),
    in s.
    """
    left = [wave.copy() for _ in maps]
    for number, band in enumerate(frequency_bands(sample_rate_hz)):
        times = np.flatnonzero(maps[:, number].any(axis=0))
        if not len(times):
            continue
        taken = _TAKEN * extract_band(wave, sample_rate_hz, band)
        for time in times:
            start, end = float(edges_s[time]), float(edges_s[time + 1])
            where, gain = time_gate(len(wave), sample_rate_hz, start, end)
            for each, marked in zip(left, maps[:, number, time], strict=True):
                if marked:
                    each[where] -= gain * taken[where]
    return left


def _step(seconds: Waveform) -> Waveform:
    """Return 0 before and 1 after second 0, a raised cosine in between."""
    place = np.clip(seconds / _FADE_SECONDS + 0.5, 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * place), np.float32)
