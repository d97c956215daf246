"""Altered copies of a segment, shifted in pitch or stretched in time."""

from dataclasses import dataclass

import soxr

from takht.core.arrays import Frames, Waveform
from takht.core.randomness import rng_for
from takht.features.spectrograms.augmentation import AugmentationSettings, Segment
from takht.features.spectrograms.mel import log_mel


def augment(segment: Segment, settings: AugmentationSettings, sizes: dict[str, int]) -> Frames:
    """Return the log-mel spectrogram (frames, bands), dB, of an altered copy of a segment."""
    drawn = settings.model_dump(include={"seed", "semitones", "tempo_change"})
    change = draw_alteration(segment.copy, segment.number, segment.recording, **drawn)
    return augment_log_mel(segment.wave, change, **sizes)


@dataclass(frozen=True)
class Alteration:
    """A pitch shift in semitones (tempo stays) and a tempo factor (pitch stays)."""

    semitones: float = 0.0
    tempo: float = 1.0


def draw_alteration(
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


def augment_log_mel(
    wave: Waveform,
    how: Alteration,
    *,
    sample_rate_hz: int,
    n_fft: int,
    hop_samples: int,
    bands: int,
) -> Frames:
    """Return the log-mel spectrogram (dB) of a wave (samples,), shifted and stretched.

    Shape (1 + samples / tempo // hop_samples, bands). A stretcher's phases would be thrown away by
    the spectrogram, so no sound is made: frames are taken closer together or further apart, and
    resampling (soxr, nothing folds back) moves the pitch, with the change of tempo that this brings
    undone in the frames.
    """
    pitch = 2 ** (how.semitones / 12)
    if pitch != 1:
        wave = soxr.resample(wave, sample_rate_hz * pitch, sample_rate_hz, quality="HQ")
    return log_mel(
        wave,
        sample_rate_hz=sample_rate_hz,
        n_fft=n_fft,
        hop_samples=hop_samples * how.tempo / pitch,
        bands=bands,
    )
