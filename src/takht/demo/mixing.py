"""From voices to a recording: places in a room, a microphone, a noise floor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, sosfilt

from takht.demo.voice import Wave

Mix = NDArray[np.float32]
"""Samples of a recording, shape (samples, channels)."""

FADE_IN_SECONDS = 0.02
FADE_OUT_SECONDS = 0.8


@dataclass(frozen=True)
class Voice:
    """A sounding part: its samples, its gain, and its place from left (-1) to right (1)."""

    wave: Wave
    gain: float
    pan: float


@dataclass(frozen=True)
class Room:
    """Where and how it was recorded."""

    reverb_seconds: float  # to a thousandth
    wet: float  # level of the reverberation, the direct sound being 1
    first_reflection_seconds: float
    low_cut_hz: float
    high_cut_hz: float
    tilt_db: float  # treble above TILT_HZ, relative to what lies below
    noise_dbfs: float


TILT_HZ = 1500


def record(
    voices: Sequence[Voice], room: Room, channels: int, rate_hz: int, rng: np.random.Generator
) -> Mix:
    """Return the voices as heard in the room, shape (samples, channels), peak 1 before the noise.

    Raises:
        ValueError: there is no voice.
    """
    if not voices:
        raise ValueError("a recording needs at least one voice")
    sides = np.stack([_panned(voices, side) for side in ((0.0,), (-1.0, 1.0))[channels - 1]])
    ringing = np.stack([_in_room(side, room, rate_hz, rng) for side in sides])
    heard = fade(_through_microphone(ringing, room, rate_hz), rate_hz)
    heard /= np.max(np.abs(heard)) or 1
    white = rng.standard_normal(heard.shape, dtype=np.float32)
    noise = np.asarray(sosfilt(_low_pass(3000, rate_hz), white), dtype=np.float32)
    heard += 10 ** (room.noise_dbfs / 20) * fade(noise / np.std(noise), rate_hz)
    return np.ascontiguousarray(heard.T)


def fade(sides: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the sides' amplitudes, shape (channels, samples), faded in and out."""
    samples = sides.shape[1]
    into, out = round(FADE_IN_SECONDS * rate_hz), round(FADE_OUT_SECONDS * rate_hz)
    gain = np.ones(samples, dtype=np.float32)
    gain[:into] = 0.5 - 0.5 * np.cos(np.pi * np.arange(into) / into)
    gain[samples - out :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, out + 1) / out)
    return sides * gain


def _panned(voices: Sequence[Voice], side: float) -> Wave:
    """The sum on one side; equal power across the two."""
    angle = [np.pi / 4 * (1 + voice.pan * side) for voice in voices]
    gains = [voice.gain * np.sin(turn) for voice, turn in zip(voices, angle, strict=True)]
    total = np.zeros_like(voices[0].wave)
    for voice, gain in zip(voices, gains, strict=True):
        total += np.float32(gain) * voice.wave
    return total


def _in_room(side: Wave, room: Room, rate_hz: int, rng: np.random.Generator) -> Wave:
    response = _response(room, rate_hz, rng)
    return np.asarray(oaconvolve(side, response)[: len(side)], dtype=np.float32)


def _response(room: Room, rate_hz: int, rng: np.random.Generator) -> Wave:
    """The direct sound, eight reflections, and noise that dies away (Moorer, CMJ 3(2), 1979)."""
    now = np.arange(round(room.reverb_seconds * rate_hz)) / rate_hz
    tail = rng.standard_normal(len(now)) * np.exp(-6.9 * now / room.reverb_seconds)
    tail = sosfilt(_low_pass(4000, rate_hz), tail)
    tail[now < 2 * room.first_reflection_seconds] = 0
    tail *= 0.7 * room.wet / np.sqrt(np.sum(tail**2))
    places = room.first_reflection_seconds * (1 + rng.exponential(1.5, 8))
    for index, seconds in enumerate(places):
        sample = round(seconds * rate_hz)
        if sample < len(tail):
            tail[sample] += rng.choice((-1, 1)) * room.wet * 0.6 / (1 + index)
    tail[0] = 1
    return np.asarray(tail, dtype=np.float32)


def _through_microphone(
    sides: NDArray[np.float32], room: Room, rate_hz: int
) -> NDArray[np.float32]:
    cut = butter(2, room.low_cut_hz, "highpass", fs=rate_hz, output="sos")
    heard = sosfilt(np.vstack([cut, _low_pass(room.high_cut_hz, rate_hz)]), sides)
    low = sosfilt(_low_pass(TILT_HZ, rate_hz), heard)
    return np.asarray(low + 10 ** (room.tilt_db / 20) * (heard - low), dtype=np.float32)


def _low_pass(cut_hz: float, rate_hz: int) -> NDArray[np.float64]:
    return np.asarray(butter(1, min(cut_hz, 0.45 * rate_hz), fs=rate_hz, output="sos"))
