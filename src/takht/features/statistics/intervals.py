"""48 statistics of which pitch intervals follow one another in a window, whatever its key.

Statistics of timbre follow the instruments and the studio; the steps a melody takes do not.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

from takht.core.arrays import Waveform
from takht.core.spectra import block_spectra, centred_starts, hann

Values = NDArray[np.float32]

FFT_SAMPLES = 8192  # 2.7 Hz a bin at 22,050 Hz: quarter tones stay apart above C3
HOP_SAMPLES = 1024
LOWEST_HZ = 65.406  # C2
OCTAVES = 6
STEPS = 48  # an octave: four a semitone, two a quarter tone
NEIGHBOURHOOD_STEPS = 17  # about a third of an octave
LAGS_FRAMES = (4, 8, 16, 32)  # 0.19, 0.37, 0.74 and 1.49 s at 22,050 Hz
LOUDNESS_KNEE = 1000.0
_HALVED_SHARE = 0.85  # of the spectrum at half the rate; soxr keeps .91 of it
_TINY = 1e-9


def compute_pitch_classes(wave: Waveform, sample_rate_hz: int) -> Values:
    """Return the strength of each pitch class, an eighth tone apart, shape (frames, 48).

    Strengths are sums over octaves of log magnitudes (nats) above their surroundings. Frame t is
    centred on sample 1024 t. The wave has shape (samples,).
    """
    level = measure_pitches(wave, sample_rate_hz)
    return derive_pitch_classes(level, float(level.max(initial=0.0)))


def measure_pitches(wave: Waveform, sample_rate_hz: int) -> Values:
    """Return the magnitude at each pitch, an eighth tone apart, shape (frames, 288).

    It has the scale of the wave (samples,). Frame t reads the 8192 samples around sample 1024 t.
    Where it has all pitches, half the rate is enough, and takes .7 of the time.
    """
    n_fft, starts = FFT_SAMPLES, centred_starts(len(wave), HOP_SAMPLES)
    padded = np.pad(wave, n_fft // 2)
    pitch_hz = LOWEST_HZ * 2 ** (np.arange(OCTAVES * STEPS) / STEPS)
    position = pitch_hz * n_fft / sample_rate_hz
    if position[-1] < _HALVED_SHARE * n_fft / 4:
        # A sum over half as many samples is half as large.
        padded, n_fft, starts = 2 * soxr.resample(padded, 2, 1), n_fft // 2, starts // 2
    below = position.astype(int)
    share = (position - below).astype(np.float32)
    level = np.empty((len(starts), OCTAVES * STEPS), np.float32)
    for part, spectrum in block_spectra(padded, starts, hann(n_fft)):
        magnitude = np.abs(spectrum[:, : below[-1] + 2])
        level[part] = magnitude[:, below] * (1 - share) + magnitude[:, below + 1] * share
    return level


def derive_pitch_classes(level: Values, loudest: float) -> Values:
    """Return the strength of each pitch class (frames, 48), each from its own frame alone.

    `level` holds magnitudes as `measure_pitches` has them, shape (frames, 288); `loudest` is the
    highest in the segment.
    """
    from scipy.ndimage import uniform_filter1d  # half a second to import; a store may have all

    level = np.log1p(LOUDNESS_KNEE * level / max(loudest, _TINY))
    around = uniform_filter1d(level, NEIGHBOURHOOD_STEPS, axis=1, mode="nearest")
    peaks = np.maximum(level - around, 0).reshape(len(level), OCTAVES, STEPS)
    return np.asarray(peaks.sum(axis=1), np.float32)


def summarize_intervals(pitch: Values) -> Values:
    """Return the strength of 12 intervals for each of 4 lags, a ratio to the unison, shape (48,).

    `pitch` holds the window's pitch classes (frames, 48). The circular correlation of those now
    with those a lag ago counts intervals upwards, so transposing the music changes nothing. What
    lies an eighth tone beside a semitone counts half to it. A quarter-tone step is midway between
    two semitones: it counts only as far as its peak is wide, as it is in low registers.
    """
    import scipy.fft

    spectrum = scipy.fft.rfft(pitch, axis=1)
    products = [spectrum[lag:] * spectrum[: len(pitch) - lag].conj() for lag in (0, *LAGS_FRAMES)]
    taken = scipy.fft.irfft([each.mean(axis=0) for each in products], STEPS)
    eighths = taken[1:].reshape(-1, 12, 4)
    between = eighths[:, :, 1] + np.roll(eighths[:, :, 3], 1, axis=1)
    unison = taken[0, 0] + _TINY
    return np.asarray((eighths[:, :, 0] + between / 2) / unison, np.float32).ravel()
