"""Blown and bowed lines: nay and violin, as wave tables read at a gliding pitch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from takht.demo.voice import Sounding, Wave

Curve = NDArray[np.float64]

CONTROL_HZ = 400
TABLE_SAMPLES = 2048
FADE_SECONDS = 0.03
TONE_RMS = 0.3


@dataclass(frozen=True)
class Tube:
    """A voice that sounds as long as it is fed: a nay's breath, a violin's bow."""

    even: float  # strength of the even harmonics, that of the odd ones being 1
    slope_db: float  # fall of the harmonics per octave
    formant_hz: float
    formant_db: float
    noise: float  # breath or bow hair, relative to the tone
    noise_band_hz: tuple[float, float]
    vibrato_hz: float
    vibrato_cents: float
    glide_seconds: float
    attack_seconds: float


def synthesize_sustained(
    notes: Sequence[Sounding], seconds: float, tube: Tube, rate_hz: int, rng: np.random.Generator
) -> Wave:
    """Return the line as one voice, shape (samples,), a note of strength 1 at RMS TONE_RMS.

    Raises:
        ValueError: a note is above a quarter of the rate, where no harmonic fits.
    """
    samples = round(seconds * rate_hz)
    if not notes:
        return np.zeros(samples, dtype=np.float32)
    top_hz = max(note.frequency_hz for note in notes)
    if top_hz > rate_hz / 4:
        raise ValueError(f"a note at {top_hz:.0f} Hz needs a rate above {4 * top_hz:.0f} Hz")
    frequency_hz, level = _curves(notes, seconds, tube, rng)
    at = np.arange(samples, dtype=np.float64) / rate_hz * CONTROL_HZ
    control = np.arange(len(level))
    gain = np.interp(at, control, level).astype(np.float32)
    turns = np.cumsum(np.interp(at, control, frequency_hz) / rate_hz)
    place = (turns % 1 * TABLE_SAMPLES).astype(np.intp)
    soft = _table(tube, 4.0, top_hz, rate_hz)[place]
    strong = _table(tube, 0.0, top_hz, rate_hz)[place]
    tone = soft + gain * (strong - soft)
    return np.asarray(gain * (tone + _hiss(samples, tube, rate_hz, rng)), dtype=np.float32)


def _curves(
    notes: Sequence[Sounding], seconds: float, tube: Tube, rng: np.random.Generator
) -> tuple[Curve, Curve]:
    """Frequency (Hz) and level of every control step; a note glides in from the one before."""
    steps = int(seconds * CONTROL_HZ) + 2
    pitch, level, shake = np.zeros(steps), np.zeros(steps), np.zeros(steps)
    now = np.arange(steps) / CONTROL_HZ
    order = sorted(notes, key=lambda note: note.start_seconds)
    pitch[:] = np.log2(order[0].frequency_hz)
    before = pitch[0]
    for note in order:
        first = int(note.start_seconds * CONTROL_HZ)
        last = min(steps, int((note.start_seconds + note.seconds) * CONTROL_HZ) + 1)
        if first >= last:
            continue
        into = now[first:last] - note.start_seconds
        target = np.log2(note.frequency_hz)
        glide_seconds = min(tube.glide_seconds, 0.4 * note.seconds)
        pitch[first:] = target
        pitch[first:last] -= (target - before) * np.exp(-into / (glide_seconds / 3 + 1e-4))
        level[first:last] = note.strength * _swell(into, note.seconds, tube.attack_seconds)
        shake[first:last] = np.clip((into - 0.25) / 0.3, 0, 1)
        before = target
    phase = 2 * np.pi * (tube.vibrato_hz * now + rng.random())
    pitch += shake * tube.vibrato_cents / 1200 * np.sin(phase)
    return 2**pitch, level


def _swell(into_seconds: Curve, seconds: float, attack_seconds: float) -> Curve:
    """The level within a note: up in the attack, down over its last FADE_SECONDS."""
    attack = np.clip(into_seconds / min(attack_seconds, 0.5 * seconds), 0, 1)
    fade = np.clip((seconds - into_seconds) / FADE_SECONDS, 0, 1)
    return np.asarray(attack * fade * (0.85 + 0.15 * np.sin(np.pi * into_seconds / seconds)))


def _table(tube: Tube, softer_db: float, top_hz: float, rate_hz: int) -> Wave:
    """One period with no harmonic beyond half the rate, even for the highest note; RMS TONE_RMS."""
    harmonics = np.arange(1, min(40, int(0.45 * rate_hz / top_hz)) + 1)
    octaves = np.log2(harmonics)
    # Where a harmonic lies against the formant is taken at a note an octave below the highest.
    near = np.log2(harmonics * top_hz / 2 / tube.formant_hz)
    level_db = -(tube.slope_db + softer_db) * octaves
    level_db += tube.formant_db * np.exp(-((near / 0.7) ** 2))
    amplitude = 10 ** (level_db / 20) * np.where(harmonics % 2, 1.0, tube.even)
    phase = 2 * np.pi * np.arange(TABLE_SAMPLES) / TABLE_SAMPLES
    # Phases that grow with the square of the harmonic keep the peaks low (Schroeder, 1970).
    offset = np.pi * harmonics**2 / len(harmonics)
    wave = amplitude @ np.sin(np.outer(harmonics, phase) + offset[:, None])
    return np.asarray(TONE_RMS * wave / np.sqrt(np.mean(wave**2)), dtype=np.float32)


def _hiss(samples: int, tube: Tube, rate_hz: int, rng: np.random.Generator) -> Wave:
    low_hz, high_hz = tube.noise_band_hz
    band = butter(1, [low_hz, min(high_hz, 0.45 * rate_hz)], "bandpass", fs=rate_hz, output="sos")
    hiss = sosfilt(band, rng.standard_normal(samples, dtype=np.float32))
    return np.asarray(hiss * (tube.noise * TONE_RMS / np.std(hiss)), dtype=np.float32)
