"""Altered copies of a segment: shifted in pitch or stretched in time."""

from dataclasses import dataclass

import numpy as np
from librosa.effects import pitch_shift, time_stretch

from takht.randomness import rng_for
from takht.spectra import Waveform


@dataclass(frozen=True)
class Alteration:
    """A pitch shift in semitones (tempo stays) and a tempo factor (pitch stays)."""

    semitones: float = 0.0
    tempo: float = 1.0


def alteration_for(
    copy: int, segment: int, recording: str, *, seed: int, semitones: float, tempo_change: float
) -> Alteration:
    """Return how copy 1, 2, … of a segment is altered.

    The four alterations of the original study (up, down, slower, faster) come in an order drawn
    for each segment, so four copies hold each of them once, and one copy more leaves the others
    as they were.
    """
    choices = (
        Alteration(semitones=semitones),
        Alteration(semitones=-semitones),
        Alteration(tempo=1 - tempo_change),
        Alteration(tempo=1 + tempo_change),
    )
    order = rng_for(seed, recording, segment).permutation(len(choices))
    return choices[order[(copy - 1) % len(choices)]]


def altered(wave: Waveform, how: Alteration, sample_rate_hz: int) -> Waveform:
    """Return the waveform shifted and stretched, mono float32, samples / tempo long.

    A phase vocoder (librosa); the shift resamples with soxr's high-quality filter, so nothing
    folds back. Laroche & Dolson 1999.
    """
    if how.tempo != 1:
        wave = time_stretch(wave, rate=how.tempo)
    if how.semitones:
        wave = pitch_shift(wave, sr=sample_rate_hz, n_steps=how.semitones, res_type="soxr_hq")
    return np.asarray(wave, dtype=np.float32)
