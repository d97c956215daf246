"""184 statistics of a window's timbre, harmony and onsets, from one spectrogram of its segment.

Every statistic is a mean or a standard deviation over the window's frames of values that are
computed once for each frame. Mandel & Ellis 2005 (MFCC statistics); Jiang et al. 2002 (spectral
contrast); Harte, Sandler & Gasser 2006 (tonnetz).
"""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import FLOOR_POWER, TOP_DB, Waveform
from takht.core.spectra import block_spectra, centred_starts, hann
from takht.features.spectrograms.chroma import chroma_filters
from takht.features.spectrograms.mel import mel_filters

Values = NDArray[np.float32]

FFT_SAMPLES = 2048
HOP_SAMPLES = 512
MEL_BANDS = 128
TONAL_BANDS = 64
CONTRAST_EDGES_HZ = (0.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0)
CONTRAST_QUANTILE = 0.02
ROLLOFF_SHARE = 0.85
_GROUP = 32  # bins that are added up together in search of the roll-off
# How many values a frame has of each kind.
KINDS = {"mfcc": 30, "delta": 30, "tonality": TONAL_BANDS, "contrast": 7, "shape": 6} | {
    "chroma": 12,
    "tonnetz": 6,
    "rise": 4,  # for onset statistics
}
REACH_FRAMES = 8  # a delta at the segment's end hears as many frames before it
_MEASURED_EDGES = np.cumsum([MEL_BANDS, KINDS["contrast"], KINDS["shape"] - 1])


def compute_frame_values(wave: Waveform, sample_rate_hz: int) -> Values:
    """Return the values of each frame, shape (1 + samples // 512, 159); see KINDS for their order.

    Levels are in dB and held to the 80 dB below the segment's loudest. The wave is (samples,).
    """
    measured = measure_frames(wave, sample_rate_hz)
    return derive_frame_values(measured, float(measured[:, :MEL_BANDS].max()))


def measure_frames(wave: Waveform, sample_rate_hz: int) -> Values:
    """Return what is measured in each frame alone, shape (1 + samples // 512, 152).

    They are 128 mel bands in dB, 7 bands of contrast in dB, 5 values of shape and 12 of chroma.
    The wave is (samples,); frame t reads the 2048 samples around sample 512 t.
    """
    mel = mel_filters(sample_rate_hz, FFT_SAMPLES, MEL_BANDS)
    pitch_classes = _chroma_matrix(sample_rate_hz).T
    padded, starts = np.pad(wave, FFT_SAMPLES // 2), centred_starts(len(wave), HOP_SAMPLES)
    rows = np.empty((len(starts), int(_MEASURED_EDGES[-1]) + KINDS["chroma"]), np.float32)
    for part, spectrum in block_spectra(padded, starts, hann(FFT_SAMPLES)):
        power = spectrum.real**2 + spectrum.imag**2
        mel_db = 10 * np.log10(np.maximum((mel @ power.T).T, FLOOR_POWER))
        chroma = power @ pitch_classes
        chroma /= np.maximum(chroma.max(axis=1, keepdims=True), FLOOR_POWER)
        contrast, shape = _contrast(power, sample_rate_hz), _shape(power, sample_rate_hz)
        rows[part] = np.concatenate([mel_db, contrast, shape, chroma], axis=1)
    return rows


def derive_frame_values(measured: Values, loudest_db: float) -> Values:
    """Return the values (frames, 159) of frames as `measure_frames` has them, shape (frames, 152).

    `loudest_db` is the highest level of a mel band in the segment. A value depends on up to eight
    frames before and after its own.
    """
    import scipy.fft
    from scipy.ndimage import uniform_filter1d  # half a second to import; a store may have all

    mel_db, contrast, shape, chroma = np.split(measured, _MEASURED_EDGES, axis=1)
    mel_db = np.maximum(mel_db, np.float32(loudest_db) - np.float32(TOP_DB))
    mfcc = scipy.fft.dct(mel_db, norm="ortho", axis=1)[:, : KINDS["mfcc"]]
    delta = _slopes(mfcc)
    smooth = uniform_filter1d(mel_db, 9, axis=1, mode="nearest")
    rise = np.maximum(np.diff(mel_db, axis=0, prepend=mel_db[:1]), 0)
    tonnetz = chroma / np.maximum(chroma.sum(axis=1, keepdims=True), FLOOR_POWER) @ _tonnetz().T
    values = {
        "mfcc": mfcc,
        "delta": delta,
        "tonality": (mel_db - smooth)[:, :TONAL_BANDS],
        "contrast": contrast,
        "shape": np.concatenate([shape, rise.mean(axis=1, keepdims=True)], axis=1),
        "chroma": chroma,
        "tonnetz": tonnetz,
        "rise": rise.reshape(len(rise), KINDS["rise"], -1).mean(axis=2),
    }
    return np.concatenate([values[kind] for kind in KINDS], axis=1).astype(np.float32)


def _slopes(values: Values) -> Values:
    """Return the slope of the line through nine frames about each, per frame, (frames, columns).

    The first and the last four frames have that of the nine frames at their end, as in scipy's
    `savgol_filter(values, 9, 1, deriv=1, axis=0)`, whose package takes as long to import as a
    minute of music to analyse.
    """
    from scipy.ndimage import correlate1d

    reach = np.arange(-4, 5)
    slopes = correlate1d(values, reach / (reach @ reach), axis=0)
    slopes[:4], slopes[-4:] = slopes[4], slopes[-5]
    return np.asarray(slopes, np.float32)


def summarize_timbre(values: Values) -> Values:
    """Return the statistics (184,) of a window from its frames' values (frames, 159).

    They keep the units of the values. Chroma bands are sorted by strength, so a transposed window
    has the same statistics.
    """
    edges = np.cumsum(list(KINDS.values()))[:-1]
    mean = values.mean(axis=0)
    deviation = np.sqrt(np.square(values - mean).mean(axis=0))
    means = dict(zip(KINDS, np.split(mean, edges), strict=True))
    deviations = dict(zip(KINDS, np.split(deviation, edges), strict=True))
    strongest = np.argsort(-means["chroma"], kind="stable")
    for each in (means, deviations):
        each["chroma"] = each["chroma"][strongest]
    statistics = [means["mfcc"], deviations["mfcc"], deviations["delta"]]
    statistics += _summarize_tonality(values[:, edges[1] : edges[2]])
    for kind in ("contrast", "shape", "chroma", "tonnetz"):
        statistics += [means[kind], deviations[kind]]
    return np.concatenate(statistics).astype(np.float32)


def _summarize_tonality(tonality: Values) -> list[Values]:
    """Return mean magnitude and deviation of each four of the bands (frames, 64), (16,) each."""
    fours = tonality.reshape(len(tonality), -1, 4)
    magnitude = np.abs(tonality).mean(axis=0).reshape(-1, 4).mean(axis=1)
    mean = tonality.mean(axis=0).reshape(-1, 4).mean(axis=1)
    return [magnitude, np.sqrt(np.square(fours - mean[:, None]).mean(axis=0).mean(axis=1))]


def _contrast(power: Values, sample_rate_hz: int) -> Values:
    """Return peak over valley of seven bands an octave wide, dB, shape (frames, 7).

    A peak is the mean magnitude of a band's strongest bins, a valley that of its weakest.
    """
    edges = np.array(CONTRAST_EDGES_HZ) * FFT_SAMPLES / sample_rate_hz
    peaks, valleys = np.empty((2, len(edges), len(power)), np.float32)
    for row, (low, high) in enumerate(pairwise([*edges, power.shape[1] - 1])):
        # A sort is vectorised, and takes a quarter of the time of a partition at two places.
        band = np.sort(power[:, math.ceil(low) : math.floor(high) + 1], axis=1)
        count = max(1, round(CONTRAST_QUANTILE * band.shape[1]))
        peaks[row] = np.sqrt(band[:, -count:]).mean(axis=1)
        valleys[row] = np.sqrt(band[:, :count]).mean(axis=1)
    least = np.float32(FLOOR_POWER**0.5)
    return 20 * np.log10(np.maximum(peaks, least) / np.maximum(valleys, least)).T


def _shape(power: Values, sample_rate_hz: int) -> Values:
    """Return log centroid, bandwidth and roll-off (Hz), flatness and RMS, shape (frames, 5)."""
    bin_hz = (np.arange(power.shape[1]) * sample_rate_hz / FFT_SAMPLES).astype(np.float32)
    magnitude = np.sqrt(power)
    magnitude += np.float32(1e-8)
    rolloff, total = _find_rolloff(magnitude)
    centroid, square = (magnitude @ np.stack([bin_hz, bin_hz**2], axis=1)).T / total
    bandwidth = np.sqrt(np.maximum(square - centroid**2, 0))
    mean = power.mean(axis=1)
    flatness = np.log(power + FLOOR_POWER).mean(axis=1) - np.log(mean + FLOOR_POWER)
    rms = np.log(np.sqrt(mean) + 1e-4)
    logs = [np.log(np.maximum(hz, 1.0)) for hz in (centroid, bandwidth, bin_hz[rolloff])]
    return np.stack([*logs, flatness, rms], axis=1)


def _find_rolloff(magnitude: Values) -> tuple[NDArray[np.int64], Values]:
    """Return the bin below which 85 % of a frame's magnitude lies, and all of it, (frames,) each.

    The share is found among groups of bins first, then within the group: sums over all bins, one
    by one, took half of the time of `_shape`.
    """
    upto = np.cumsum(
        np.add.reduceat(magnitude, np.arange(0, magnitude.shape[1], _GROUP), axis=1), axis=1
    )
    total = upto[:, -1]
    wanted = np.float32(ROLLOFF_SHARE) * total
    group = (upto < wanted[:, None]).sum(axis=1)
    frames = np.arange(len(upto))
    before = np.where(group > 0, upto[frames, group - 1], 0)
    last = magnitude.shape[1] - 1
    bins = np.minimum(group[:, None] * _GROUP + np.arange(_GROUP), last)
    within = before[:, None] + np.cumsum(magnitude[frames[:, None], bins], axis=1)
    found = group * _GROUP + (within < wanted[:, None]).sum(axis=1)
    return np.minimum(found, last), total


@lru_cache(maxsize=2)
def _chroma_matrix(sample_rate_hz: int) -> Values:
    return chroma_filters(sample_rate_hz, FFT_SAMPLES)


@lru_cache(maxsize=1)
def _tonnetz() -> Values:
    """Return fifths, minor thirds and major thirds as points on circles, shape (6, 12)."""
    steps = np.array([7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3])[:, None] * np.arange(12.0)
    steps[::2] = steps[::2] - 0.5
    radius = np.array([1, 1, 1, 1, 0.5, 0.5])[:, None]
    return np.asarray(radius * np.cos(np.pi * steps), np.float32)


def summarize_onsets(values: Values) -> Values:
    """Return the deviations, then the means, of the log rise in four bands, shape (8,).

    `values` (frames, 159) are the window's, from `compute_frame_values`. A band is 32 of
    128 mel bands, its rise the mean of what they grow from one frame to the next, dB.
    """
    logs = np.log1p(values[:, -KINDS["rise"] :])
    return np.concatenate([logs.std(axis=0), logs.mean(axis=0)])
