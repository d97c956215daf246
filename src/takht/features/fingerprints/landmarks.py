"""Audio fingerprints: spectral peaks, three by three, as numbers that a copy of the audio shares.

Landmark hashing after Wang 2003, "An industrial-strength audio search algorithm", with triples and
ratios in place of pairs and differences, after Sonnleitner & Widmer 2016, "Robust quad-based audio
fingerprinting": a few per cent of tempo or speed leave most numbers as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.core.spectra import block_spectra, hann

LOWEST_HZ, HIGHEST_HZ = 250.0, 4000.0  # what the lowest bit rates leave
_FRAME_SECONDS = 0.093
_HOPS_PER_FRAME = 4
_REACH_FRAMES, _REACH_BINS = 10, 12  # a peak is the largest cell within ± 0.23 s, ± 130 Hz
_CONTRAST = 2.0  # times the mean of its ± 0.23 s: a steady tone marks no moment
_RANGE = 1e-5  # of the loudest cell within ± 2 s: 50 dB
_FLOOR_POWER = 1e-7  # of a cell: what dither leaves
_FOLLOWERS = 5  # each peak is joined with two of the next five …
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.25, 3.0  # … where the three span this
_STEPS_PER_OCTAVE = 24
_RATIO_STEPS = 8
_STEPS_PER_E = 4


@dataclass(frozen=True)
class Landmarks:
    """Hashes of a recording, sorted, and the moments they begin at (s); both shape (landmarks,)."""

    hashes: NDArray[np.uint32]
    seconds: NDArray[np.float32]


@dataclass(frozen=True)
class Peaks:
    """Spectral peaks in order of time; both shape (peaks,)."""

    seconds: NDArray[np.float64]
    octaves: NDArray[np.float64]  # log2(Hz)


def extract_landmarks(waves: Iterable[Waveform], sample_rate_hz: int) -> Landmarks:
    """Return the landmarks of a recording that comes as waves (samples,) at a rate in Hz."""
    found, start = [Peaks(np.zeros(0), np.zeros(0))], 0
    for wave in waves:
        here = find_peaks(wave, sample_rate_hz)
        found.append(Peaks(here.seconds + start / sample_rate_hz, here.octaves))
        start += len(wave)
    return combine_peaks(
        Peaks(
            np.concatenate([each.seconds for each in found]),
            np.concatenate([each.octaves for each in found]),
        )
    )


def find_peaks(wave: Waveform, sample_rate_hz: int) -> Peaks:
    """Return the spectral peaks of a wave (samples,), by time (s) and pitch (octaves above 1 Hz).

    A peak is a cell of the spectrogram that stands out of its surroundings. A gain changes nothing;
    frequency is that of a parabola through the peak's log powers.
    """
    from scipy import ndimage  # half a second to import, and a store may have all

    n_fft = 2 ** round(np.log2(_FRAME_SECONDS * sample_rate_hz))
    hop = n_fft // _HOPS_PER_FRAME
    power, first = _spectrogram(wave, sample_rate_hz, n_fft, hop)
    surroundings = (2 * _REACH_FRAMES + 1, 2 * _REACH_BINS + 1)
    highest = ndimage.maximum_filter(power, surroundings, mode="constant")
    loudest = ndimage.maximum_filter1d(power.max(axis=1), 1 + 2 * round(2 * sample_rate_hz / hop))
    floor = np.maximum(_RANGE * loudest, _FLOOR_POWER)
    mean = ndimage.uniform_filter1d(power, surroundings[0], axis=0)
    is_peak = (power == highest) & (power > floor[:, None]) & (power > _CONTRAST * mean)
    is_peak[:, [0, -1]] = False
    frames, bins = np.nonzero(is_peak)
    below, at, above = (np.log(power[frames, bins + step] + 1e-20) for step in (-1, 0, 1))
    refined = bins + first + 0.5 * (below - above) / np.minimum(below - 2 * at + above, -1e-9)
    return Peaks(frames * (hop / sample_rate_hz), np.log2(refined * (sample_rate_hz / n_fft)))


def combine_peaks(found: Peaks) -> Landmarks:
    """Return a hash for every peak with two of those that follow it, sorted by hash and time.

    Kept are the pitch of the first (semitones), the intervals to the others (quarter tones), where
    between the others the second stands, and how long all last (in steps of a fourth of e).
    """
    hashes, seconds = [np.zeros(0, np.uint32)], [np.zeros(0, np.float32)]
    count = len(found.seconds)
    for second, third in combinations(range(1, _FOLLOWERS + 1), 2):
        rows = np.arange(max(0, count - third))
        span = found.seconds[rows + third] - found.seconds[rows]
        lead = found.seconds[rows + second] - found.seconds[rows]
        rise = [found.octaves[rows + each] - found.octaves[rows] for each in (second, third)]
        keys = [
            ((found.octaves[rows] - np.log2(LOWEST_HZ)) * 12, 64),
            *((each * _STEPS_PER_OCTAVE + 128.5, 256) for each in rise),
            (lead / np.maximum(span, 1e-9) * _RATIO_STEPS, _RATIO_STEPS),
            (np.log(np.maximum(span, 1e-9) / _SHORTEST_SECONDS) * _STEPS_PER_E, 16),
        ]
        hashed = np.zeros(len(rows), np.uint32)
        for value, size in keys:
            hashed = hashed * np.uint32(size) + np.clip(value, 0, size - 1).astype(np.uint32)
        kept = (span >= _SHORTEST_SECONDS) & (span <= _LONGEST_SECONDS)
        hashes.append(hashed[kept])
        seconds.append(found.seconds[rows][kept].astype(np.float32))
    every, moments = np.concatenate(hashes), np.concatenate(seconds)
    order = np.lexsort([moments, every])
    return Landmarks(every[order], moments[order])


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
