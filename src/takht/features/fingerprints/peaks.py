"""Spectral peaks: where a frequency becomes louder, which a copy of a recording keeps."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.core.spectra import block_spectra, hann

LOWEST_HZ, HIGHEST_HZ = 250.0, 4000.0  # what the lowest bit rates leave
_FRAME_SECONDS = 0.093
_HOPS_PER_FRAME = 4
_REACH_FRAMES, _REACH_BINS = 10, 16  # a peak is the largest rise within ± 0.23 s, ± 170 Hz
_LEAST_RISE = 0.5  # of the power after it: a tone that only goes on has no peak
_RANGE = 1e-5  # of the loudest cell within ± 2 s: 50 dB
_FLOOR_POWER = 1e-7  # of a cell: what dither leaves


@dataclass(frozen=True)
class Peaks:
    """Spectral peaks in order of time; both shape (peaks,)."""

    ms: NDArray[np.int32]
    cents: NDArray[np.int16]  # above 1 Hz

    def part(self, start: int, stop: int) -> "Peaks":
        """Return the peaks of these numbers."""
        return Peaks(self.ms[start:stop], self.cents[start:stop])


def extract_peaks(waves: Iterable[Waveform], sample_rate_hz: int) -> Peaks:
    """Return the peaks of a recording that comes as waves (samples,) at a rate in Hz."""
    found, start = [Peaks(np.zeros(0, np.int32), np.zeros(0, np.int16))], 0
    for wave in waves:
        here = find_peaks(wave, sample_rate_hz)
        start_ms = round(1000 * start / sample_rate_hz)
        found.append(Peaks(here.ms + np.int32(start_ms), here.cents))
        start += len(wave)
    return Peaks(
        np.concatenate([each.ms for each in found]), np.concatenate([each.cents for each in found])
    )


def find_peaks(wave: Waveform, sample_rate_hz: int) -> Peaks:
    """Return the spectral peaks of a wave (samples,), by time (ms) and pitch (cents above 1 Hz).

    A peak is a cell of the spectrogram whose power rises most, from one frame to the next that
    does not overlap. A tone of any length has one where it begins. A gain changes nothing. Time and
    frequency are those of parabolas through the log rises and powers about the peak.
    """
    n_fft = 2 ** round(np.log2(_FRAME_SECONDS * sample_rate_hz))
    hop = n_fft // _HOPS_PER_FRAME
    power, first = _spectrogram(wave, sample_rate_hz, n_fft, hop)
    rise = np.zeros_like(power)
    np.subtract(power[_HOPS_PER_FRAME:], power[:-_HOPS_PER_FRAME], out=rise[_HOPS_PER_FRAME:])
    largest = _largest_within(_largest_within(rise, _REACH_FRAMES).T, _REACH_BINS).T
    loudest = _largest_within(power.max(axis=1), round(2 * sample_rate_hz / hop))
    floor = np.maximum(_RANGE * loudest, _FLOOR_POWER)
    is_peak = (rise == largest) & (rise > floor[:, None]) & (rise > _LEAST_RISE * power)
    is_peak[:, [0, -1]] = False
    is_peak[[0, -1]] = False
    frames, bins = np.nonzero(is_peak)
    seconds = (frames + _refine(np.maximum(rise, 0), frames, bins, (1, 0))) * (hop / sample_rate_hz)
    hz = (bins + first + _refine(power, frames, bins, (0, 1))) * (sample_rate_hz / n_fft)
    order = np.argsort(seconds, kind="stable")
    ms = np.rint(1000 * seconds[order]).astype(np.int32)
    return Peaks(ms, np.rint(1200 * np.log2(hz[order])).astype(np.int16))


def _largest_within(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the largest of each value and those up to `reach` places before and after it.

    Along the first axis, with zeros beyond its ends. As scipy.ndimage.maximum_filter1d in mode
    "constant", in half its time: a step doubles how many values each has seen.
    """
    spread = np.pad(values, [(reach, reach), *[(0, 0)] * (values.ndim - 1)])
    seen, size = 1, 2 * reach + 1
    while 2 * seen <= size:
        spread = np.maximum(spread[:-seen], spread[seen:])
        seen *= 2
    return np.maximum(spread[: len(values)], spread[size - seen :][: len(values)])


def _refine(
    values: NDArray[np.float32],
    frames: NDArray[np.int64],
    bins: NDArray[np.int64],
    step: tuple[int, int],
) -> NDArray[np.float64]:
    """Return how far the parabola's top lies from each cell along a step, -0.5 … 0.5 cells."""
    below, at, above = (
        np.log(values[frames + sign * step[0], bins + sign * step[1]].astype(np.float64) + 1e-20)
        for sign in (-1, 0, 1)
    )
    top = 0.5 * (below - above) / np.minimum(below - 2 * at + above, -1e-9)
    return np.asarray(np.clip(top, -0.5, 0.5), np.float64)


def _spectrogram(
    wave: Waveform, sample_rate_hz: int, n_fft: int, hop: int
) -> tuple[NDArray[np.float32], int]:
    """Return powers between the two frequencies, shape (frames, bins), and the first bin's number.

    Frame t begins at sample t * hop.
    """
    first, last = (round(hz * n_fft / sample_rate_hz) for hz in (LOWEST_HZ, HIGHEST_HZ))
    last = min(last, n_fft // 2)
    padded = np.pad(wave, (0, max(0, n_fft - len(wave))))
    starts = np.arange(0, len(padded) - n_fft + 1, hop)
    power = np.empty((len(starts), last + 1 - first), np.float32)
    for part, spectrum in block_spectra(padded, starts, hann(n_fft)):
        kept = spectrum[:, first : last + 1]
        power[part] = kept.real**2 + kept.imag**2
    return power, first
