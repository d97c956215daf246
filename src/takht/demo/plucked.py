"""Plucked strings: oud and qanun, by the Karplus-Strong loop."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from takht.demo.voice import Sounding, Wave

Spectrum = NDArray[np.complex128]

RING_DECADES = 4.0  # how far below itself the end of a string may wrap round to its start
TAKES = 2  # plucks of each pitch, so that a repeated note is not the same sound


@dataclass(frozen=True)
class String:
    """What a string is like: `bright` and `noisy` from 0 to 1, `position` of the plectrum."""

    decay_seconds: float  # to a thousandth
    bright: float
    noisy: float
    position: float
    body_hz: float
    release_seconds: float  # how long it rings on when the next note is plucked
    detuned_cents: float = 0.0  # between the two strings of a course; 0 for a single string


def plucked(
    frequency_hz: float, seconds: float, string: String, rate_hz: int, rng: np.random.Generator
) -> Wave:
    """Return one pluck at full strength, shape (samples,), peak 1.

    A burst goes round a loop of one period with a gentle low-pass in it: K. Karplus, A. Strong,
    "Digital Synthesis of Plucked-String and Drum Timbres", Computer Music Journal 7(2), 1983;
    D. Jaffe, J. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", same issue.
    Here the loop's transfer function is sampled by FFT: the same sound at a cost that does not
    grow with the period.

    Raises:
        ValueError: the string is too high for the rate.
    """
    if not 0 < frequency_hz < rate_hz / 8:
        raise ValueError(f"a string at {frequency_hz} Hz needs a rate above {8 * frequency_hz} Hz")
    half = 2 ** (string.detuned_cents / 2400)
    samples = 2 * scipy.fft.next_fast_len(math.ceil(seconds * rate_hz / 2), real=True)
    growth = RING_DECADES * np.log(10) / samples
    delay, body = _grid(samples, growth, string.body_hz, rate_hz)
    spectrum = _string(frequency_hz * half, delay, string, rate_hz, rng)
    if string.detuned_cents:
        spectrum += _string(frequency_hz / half, delay, string, rate_hz, rng)
    spectrum *= body
    wave = scipy.fft.irfft(spectrum) * np.exp(growth * np.arange(samples))
    wave = wave[: round(seconds * rate_hz)]
    return np.asarray(wave / np.max(np.abs(wave)), dtype=np.float32)


def synthesize_plucked(
    notes: Sequence[Sounding],
    seconds: float,
    string: String,
    rate_hz: int,
    rng: np.random.Generator,
) -> Wave:
    """Return a plucked line, shape (samples,), a strong note's peak near 1."""
    wave = np.zeros(round(seconds * rate_hz), dtype=np.float32)
    fade = np.linspace(1, 0, max(2, round(string.release_seconds * rate_hz)), dtype=np.float32)
    longest_seconds = max((note.seconds for note in notes), default=0) + string.release_seconds
    ring_seconds = min(string.decay_seconds, longest_seconds)
    takes: dict[tuple[float, int], Wave] = {}
    for count, note in enumerate(notes):
        key = (note.frequency_hz, count % TAKES)
        if key not in takes:
            takes[key] = plucked(note.frequency_hz, ring_seconds, string, rate_hz, rng)
        first = round(note.start_seconds * rate_hz)
        length = round((note.seconds + string.release_seconds) * rate_hz)
        sound = note.strength * takes[key][:length]
        tail = min(len(fade), len(sound))
        sound[len(sound) - tail :] *= fade[len(fade) - tail :]
        here = wave[first : first + len(sound)]
        here += sound[: len(here)]
    return wave


def _string(
    frequency_hz: float, delay: Spectrum, string: String, rate_hz: int, rng: np.random.Generator
) -> Spectrum:
    """One string's response to a burst, where `delay` is the operator of one sample's delay.

    It is taken on a circle of more than unit radius. There the ring dies away before the
    transform's end, so that what wraps round to its start is RING_DECADES weaker.
    """
    samples, turn = 2 * (len(delay) - 1), 2 * np.pi * frequency_hz / rate_hz
    period = rate_hz / frequency_hz
    whole = int(period - 1.1)  # the low-pass takes one sample more, the all-pass 0.1 to 1.1
    rest = period - 1 - whole
    # Jaffe and Smith's equation 16: an all-pass whose phase delay is `rest` at the fundamental.
    c = np.sin((turn - turn * rest) / 2) / np.sin((turn + turn * rest) / 2)
    dull = (1 - string.bright) / 4
    low_pass = dull + delay * (1 - 2 * dull + dull * delay)
    loss = 10 ** (-3 / (frequency_hz * string.decay_seconds))
    loop = loss * _power(delay, whole) * low_pass * (c + delay)
    all_pass = 1 + c * delay  # its denominator, multiplied through to save a division
    burst = _burst(round(period), string, rng) * np.abs(delay[0]) ** np.arange(round(period))
    spectrum = scipy.fft.rfft(burst, samples) * all_pass / (all_pass - loop)
    return np.asarray(spectrum, dtype=np.complex128)


def _power(delay: Spectrum, whole: int) -> Spectrum:
    """`delay**whole`, from a table: every argument is a whole number of steps round the circle."""
    samples = 2 * (len(delay) - 1)
    power: Spectrum = _circle(samples)[np.arange(len(delay)) * whole % samples]
    power *= np.abs(delay[0]) ** whole
    return power


@lru_cache(maxsize=1)
def _circle(samples: int) -> Spectrum:
    return np.asarray(np.exp(-2j * np.pi * np.arange(samples) / samples), dtype=np.complex128)


def _burst(samples: int, string: String, rng: np.random.Generator) -> NDArray[np.float64]:
    """A triangle, as the plectrum lifts the string, with noise, as it slips off."""
    triangle = np.interp(np.arange(samples), [0, samples * string.position, samples], [0, 1, 0])
    burst = triangle + string.noisy * rng.uniform(-1, 1, samples)
    return np.asarray(burst - burst.mean(), dtype=np.float64)


@lru_cache(maxsize=1)  # the same for every pluck of a line
def _grid(samples: int, growth: float, body_hz: float, rate_hz: int) -> tuple[Spectrum, Spectrum]:
    """One sample's delay, and the belly: the string as it is and two resonators beside it."""
    delay = np.exp(-growth) * _circle(samples)[: samples // 2 + 1]
    body = np.ones_like(delay)
    for hertz, gain in ((body_hz, 1.5), (3 * body_hz, 1.0)):
        radius = np.exp(-np.pi * 0.5 * hertz / rate_hz)
        ring = 2 * radius * np.cos(2 * np.pi * hertz / rate_hz)
        body += gain * (1 - radius) * (1 - delay**2) / (1 - ring * delay + (radius * delay) ** 2)
    return delay, body
