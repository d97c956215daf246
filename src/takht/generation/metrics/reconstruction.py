"""How near a reconstructed sound is to its original.

Conventions: waves are float32 (samples,) at 22,050 Hz, compared over their common length. Levels
are compared as they are: bring both to one loudness first.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import TOP_DB, Frames, Waveform
from takht.features.spectrograms.chroma import chroma_filters
from takht.features.spectrograms.mel import mel_filters
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.generation.spectrogram.stft import stft

_SILENT = 1e-12


class Pair(NamedTuple):
    """All scores of one reconstruction."""

    lsd_db: float
    chroma: float
    onset: float
    frame_rate_energy: float


def compare_pair(original: Waveform, other: Waveform, hop_samples: int = 256) -> Pair:
    """Return every score of `other` as a reconstruction of `original`."""
    return Pair(
        log_spectral_distance_db(original, other),
        chroma_cosine(original, other),
        onset_correlation(original, other),
        frame_rate_energy(other, hop_samples),
    )


def log_spectral_distance_db(original: Waveform, other: Waveform) -> float:
    """Return the mean over frames of the RMS over bins of the difference, dB; n_fft 1024.

    Levels are held to the 80 dB below the original's loudest cell. Gray & Markel 1976.
    """
    first, second = _levels_db(original, other, 1024)
    return float(np.sqrt(np.mean((first - second) ** 2, axis=1)).mean())


def chroma_cosine(original: Waveform, other: Waveform) -> float:
    """Return the mean over frames of the cosine of 12-bin chroma; n_fft 4096, hop 1024.

    Frames 60 dB below the original's loudest do not count.
    """
    first, second = (m**2 @ _chroma_filters(4096).T for m in _magnitudes(original, other, 4096))
    norms = np.linalg.norm(first, axis=1)
    heard = norms > 1e-6 * max(float(norms.max()), _SILENT)
    scale = np.maximum(norms * np.linalg.norm(second, axis=1), _SILENT**2)
    return float((np.sum(first * second, axis=1) / scale)[heard].mean()) if heard.any() else 1.0


def onset_correlation(original: Waveform, other: Waveform) -> float:
    """Return the Pearson correlation of the two trajectories of onset strength, hop 256."""
    samples = min(len(original), len(other))
    first, second = (onset_strength_db(w[:samples]) for w in (original, other))
    first, second = first - first.mean(), second - second.mean()
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second / max(norm, _SILENT))


def onset_strength_db(wave: Waveform) -> NDArray[np.float32]:
    """Return the mean rise over 64 mel bands from frame to frame, dB, shape (frames - 1,).

    Böck & Widmer 2013 without the maximum filter; levels are held 80 dB below the loudest.
    """
    power = np.abs(stft(wave, n_fft=1024, hop_samples=256)) ** 2 @ _mel_filters().T
    floor = max(float(power.max()), _SILENT) * 10 ** (-TOP_DB / 10)
    levels_db = 10 * np.log10(np.maximum(power, floor))
    return np.asarray(np.maximum(np.diff(levels_db, axis=0), 0).mean(axis=1), np.float32)


def frame_rate_energy(wave: Waveform, hop_samples: int = 256) -> float:
    """Return the share of energy within 0.5 Hz of a multiple of the frame rate (86.13 Hz).

    Energy spread evenly over all frequencies gives 1 / 86.13 = 0.012.
    """
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    rate_hz = SAMPLE_RATE_HZ / hop_samples
    nearest = np.round(hz / rate_hz)
    near = (np.abs(hz - nearest * rate_hz) <= 0.5) & (nearest > 0)
    heard = float(spectrum[hz > 1].sum())  # the mean is no sound
    return float(spectrum[near].sum() / max(heard, _SILENT))


def _magnitudes(original: Waveform, other: Waveform, n_fft: int) -> tuple[Frames, Frames]:
    samples = min(len(original), len(other))
    hop_samples = n_fft // 4
    first, second = (
        np.abs(stft(w[:samples], n_fft=n_fft, hop_samples=hop_samples)) for w in (original, other)
    )
    return first, second


def _levels_db(original: Waveform, other: Waveform, n_fft: int) -> tuple[Frames, Frames]:
    first, second = _magnitudes(original, other, n_fft)
    floor = max(float(first.max()), 1e-9) * 10 ** (-TOP_DB / 20)
    return 20 * np.log10(np.maximum(first, floor)), 20 * np.log10(np.maximum(second, floor))


@lru_cache(maxsize=1)
def _chroma_filters(n_fft: int) -> NDArray[np.float32]:
    return chroma_filters(SAMPLE_RATE_HZ, n_fft)


@lru_cache(maxsize=1)
def _mel_filters() -> NDArray[np.float32]:
    return np.asarray(mel_filters(SAMPLE_RATE_HZ, 1024, 64).toarray())
