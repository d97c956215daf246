"""Timbre statistics equal librosa's, do not mind the key, and belong to their own window."""

from itertools import pairwise

import librosa
import numpy as np
import pytest

from takht.features.statistics import timbre
from takht.features.statistics.summary import GROUPS, count_hops, summarize_segment

RATE_HZ = 22_050
HOP = timbre.HOP_SAMPLES
# The order that of_window promises, and how many numbers each group has.
SIZES = {
    "mfcc_mean": 30, "mfcc_std": 30, "delta_std": 30, "tonality_mean": 16, "tonality_std": 16,
    "contrast_mean": 7, "contrast_std": 7, "shape_mean": 6, "shape_std": 6,
    "chroma_mean": 12, "chroma_std": 12, "tonnetz_mean": 6, "tonnetz_std": 6,
}  # fmt: skip
ENDS = np.cumsum(list(SIZES.values()))
PLACES = {name: slice(end - SIZES[name], end) for name, end in zip(SIZES, ENDS, strict=True)}


def plucked(seconds: float = 5.0) -> np.ndarray:
    """Return a chord struck twice a second over faint noise, shape (samples,)."""
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * hz * now) for hz in (220, 277.2, 329.6, 660))
    noise = np.random.default_rng(3).normal(0, 0.003, len(now))
    return (0.1 * tones * np.exp(-4 * (now % 0.5)) + noise).astype(np.float32)


def chord(semitones: float, root_hz: float = 880.0) -> np.ndarray:
    """Return three seconds of a major chord of three partials a tone."""
    now = np.arange(3 * RATE_HZ) / RATE_HZ
    pitches_hz = [root_hz * 2 ** ((step + semitones) / 12) for step in (0, 4, 7)]
    wave = sum(np.sin(2 * np.pi * hz * k * now) / k for hz in pitches_hz for k in (1, 2, 3))
    return np.asarray(0.1 * wave, np.float32)


def statistics(wave: np.ndarray) -> np.ndarray:
    return timbre.summarize_timbre(timbre.compute_frame_values(wave, RATE_HZ))


@pytest.fixture(scope="module")
def wave():
    return plucked()


@pytest.fixture(scope="module")
def found(wave):
    return statistics(wave)


@pytest.fixture(scope="module")
def magnitude(wave):
    return np.abs(librosa.stft(wave))


def demand_mean_and_std(found, kind: str, theirs: np.ndarray, atol: float) -> None:
    """`theirs` has shape (values, frames), as librosa's."""
    np.testing.assert_allclose(found[PLACES[f"{kind}_mean"]], theirs.mean(axis=1), atol=atol)
    np.testing.assert_allclose(found[PLACES[f"{kind}_std"]], theirs.std(axis=1), atol=atol)


def test_a_window_has_184_numbers_in_their_order(wave, found):
    assert timbre.compute_frame_values(wave, RATE_HZ).shape == (1 + len(wave) // HOP, 159)
    assert found.shape == (184,) == (ENDS[-1],)
    assert found.dtype == np.float32


def test_mfcc_and_deltas_equal_librosa(wave, found):
    mfcc = librosa.feature.mfcc(y=wave, sr=RATE_HZ, n_mfcc=30)
    demand_mean_and_std(found, "mfcc", mfcc, 1e-3)
    delta = librosa.feature.delta(mfcc, width=9, mode="interp")
    np.testing.assert_allclose(found[PLACES["delta_std"]], delta.std(axis=1), atol=1e-4)


def test_chroma_equals_librosa_and_tonnetz_too(magnitude, found):
    chroma = librosa.feature.chroma_stft(S=magnitude**2, sr=RATE_HZ, tuning=0)
    strongest = chroma[np.argsort(-chroma.mean(axis=1))]
    demand_mean_and_std(found, "chroma", strongest, 1e-5)
    demand_mean_and_std(found, "tonnetz", librosa.feature.tonnetz(chroma=chroma), 1e-5)


def test_shape_equals_librosa(wave, magnitude, found):
    mel = librosa.feature.melspectrogram(y=wave, sr=RATE_HZ)
    theirs = np.concatenate(
        [
            np.log(librosa.feature.spectral_centroid(S=magnitude, sr=RATE_HZ)),
            np.log(librosa.feature.spectral_bandwidth(S=magnitude, sr=RATE_HZ)),
            np.log(librosa.feature.spectral_rolloff(S=magnitude, sr=RATE_HZ)),
            np.log(librosa.feature.spectral_flatness(S=magnitude)),
            np.log(np.sqrt((magnitude**2).mean(axis=0)) + 1e-4)[None],
            librosa.onset.onset_strength(S=librosa.power_to_db(mel), center=False)[None],
        ]
    )
    demand_mean_and_std(found, "shape", theirs, 1e-4)


def test_contrast_equals_the_definition(magnitude, found):
    bin_hz = librosa.fft_frequencies(sr=RATE_HZ, n_fft=2048)
    edges_hz = [0, *(200 * 2.0 ** np.arange(6)), RATE_HZ]
    bands = []
    for low_hz, high_hz in pairwise(edges_hz):
        band = np.sort(magnitude[(bin_hz >= low_hz) & (bin_hz <= high_hz)], axis=0)
        count = max(1, round(0.02 * len(band)))
        bands.append(20 * np.log10(band[-count:].mean(axis=0) / band[:count].mean(axis=0)))
    demand_mean_and_std(found, "contrast", np.array(bands), 1e-3)


def test_contrast_is_near_librosas(magnitude, found):
    # Librosa takes 10 log10 of magnitudes, and another bin at each edge: little in wide bands.
    theirs = 2 * librosa.feature.spectral_contrast(S=magnitude, sr=RATE_HZ, n_bands=6)
    np.testing.assert_allclose(
        found[PLACES["contrast_mean"]][4:], theirs.mean(axis=1)[4:], atol=0.15
    )


def test_tonality_is_what_stands_out_of_nine_bands(wave, found):
    mel_db = librosa.power_to_db(librosa.feature.melspectrogram(y=wave, sr=RATE_HZ)).T
    padded = np.pad(mel_db, ((0, 0), (4, 4)), mode="edge")
    around = np.stack([padded[:, b : b + 9].mean(axis=1) for b in range(64)], axis=1)
    groups = np.split(mel_db[:, :64] - around, 16, axis=1)  # four neighbouring bands each
    means, stds = ([f(group) for group in groups] for f in (lambda g: np.abs(g).mean(), np.std))
    np.testing.assert_allclose(found[PLACES["tonality_mean"]], means, atol=1e-3)
    np.testing.assert_allclose(found[PLACES["tonality_std"]], stds, atol=1e-3)


@pytest.mark.parametrize("semitones", [1, 5, 11])
def test_a_transposed_chord_has_the_same_sorted_chroma(semitones):
    plain, moved = statistics(chord(0)), statistics(chord(semitones))
    for name in ("chroma_mean", "chroma_std"):
        np.testing.assert_allclose(moved[PLACES[name]], plain[PLACES[name]], atol=0.09)
    assert (np.diff(plain[PLACES["chroma_mean"]]) <= 0).all()
    unsorted = [
        timbre.compute_frame_values(chord(s), RATE_HZ)[:, 137:149].mean(axis=0)
        for s in (0, semitones)
    ]
    assert np.abs(unsorted[0] - unsorted[1]).max() > 0.5  # so sorting is what does it


def test_a_semitone_is_one_chroma_band():
    unsorted = [
        timbre.compute_frame_values(chord(s), RATE_HZ)[:, 137:149].mean(axis=0) for s in (0, 1)
    ]
    np.testing.assert_allclose(np.roll(unsorted[0], 1), unsorted[1], atol=0.03)


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_gain_changes_level_only(wave, found, gain):
    louder = statistics(wave * np.float32(gain))
    changed = np.flatnonzero(np.abs(louder - found) > 0.02)
    mean = PLACES["shape_mean"].start
    assert changed.tolist() == [0, mean + 4]  # the first MFCC and RMS
    assert louder[0] - found[0] == pytest.approx(20 * np.log10(gain) * np.sqrt(128), abs=0.1)
    assert louder[mean + 4] - found[mean + 4] == pytest.approx(np.log(gain), abs=0.02)


@pytest.mark.parametrize("level", [0.0, 1e-7])
def test_silence_is_finite(level):
    noise = np.random.default_rng(1).normal(0, 1, RATE_HZ)
    assert np.isfinite(statistics(np.asarray(level * noise, np.float32))).all()


def test_silence_has_no_contrast():
    silent = statistics(np.zeros(RATE_HZ, np.float32))
    assert (silent[PLACES["contrast_mean"]] == 0).all()


def test_a_windows_statistics_depend_on_its_own_frames_only(wave):
    values = timbre.compute_frame_values(wave, RATE_HZ)
    other = values.copy()
    other[:50] += 3
    other[150:] -= 3
    np.testing.assert_array_equal(
        timbre.summarize_timbre(values[50:150]), timbre.summarize_timbre(other[50:150])
    )
    order = np.random.default_rng(2).permutation(100)
    shuffled = timbre.summarize_timbre(values[50:150][order])
    np.testing.assert_allclose(shuffled, timbre.summarize_timbre(values[50:150]), atol=1e-3)


def test_what_sounds_outside_a_window_does_not_change_it():
    window_hops, step_hops = count_hops(RATE_HZ)
    start, end = step_hops * HOP, (step_hops + window_hops) * HOP  # of the second window
    rng = np.random.default_rng(5)
    first, second = rng.normal(0, 0.02, (2, 10 * RATE_HZ)).astype(np.float32)
    margin = 8 * 1024  # frames reach out by half their length, a delta by four frames
    for wave in (first, second):
        wave[start - margin : end + margin] = plucked(10)[: end - start + 2 * margin]
    ours, theirs = (summarize_segment(wave, RATE_HZ) for wave in (first, second))
    assert ours.shape == theirs.shape == (1 + (1 + 10 * RATE_HZ // HOP - window_hops) // 86, 336)
    own = 336 - GROUPS["context"]  # which is of the windows around as well
    np.testing.assert_allclose(ours[1, :own], theirs[1, :own], rtol=1e-5, atol=1e-5)
    assert np.abs(ours[1, own:] - theirs[1, own:]).max() > 0.01
    assert np.abs(ours[-1] - theirs[-1]).max() > 0.01
    assert np.abs(ours[0] - theirs[0]).max() > 0.01
