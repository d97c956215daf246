"""Scores of reconstructions against sounds whose scores are known."""

import numpy as np
import pytest

from takht.generation.metrics.reconstruction import (
    chroma_cosine,
    compare_pair,
    frame_rate_energy,
    log_spectral_distance_db,
    onset_correlation,
)

RATE_HZ = 22_050


def noise(seed: int, seconds: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def tone(hz: float, seconds: float = 3.0) -> np.ndarray:
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (0.1 * np.sin(2 * np.pi * hz * now)).astype(np.float32)


def clicks(every_samples: int, first: int = 0, seconds: float = 3.0) -> np.ndarray:
    wave = np.zeros(round(seconds * RATE_HZ), np.float32)
    wave[first::every_samples] = 1
    return wave


def test_a_sound_is_a_perfect_reconstruction_of_itself():
    pair = compare_pair(noise(1), noise(1))
    assert pair.lsd_db == 0
    assert (pair.chroma, pair.onset) == (pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize("gain_db", [6.0, -3.0])
def test_a_gain_is_the_log_spectral_distance_and_nothing_else(gain_db):
    factor = 10 ** (gain_db / 20)
    wave, louder = noise(1), (noise(1) * factor).astype(np.float32)
    assert log_spectral_distance_db(wave, louder) == pytest.approx(abs(gain_db), abs=1e-3)
    assert chroma_cosine(wave, louder) == pytest.approx(1)
    assert onset_correlation(wave, louder) == pytest.approx(1, abs=1e-5)


def test_what_lies_80_db_below_the_loudest_does_not_count():
    loud = tone(1000)
    assert log_spectral_distance_db(loud, loud + 1e-6 * noise(2)) < 0.1


def test_chroma_knows_an_octave_from_a_tritone():
    a = tone(440) + tone(880)
    assert chroma_cosine(a, tone(440)) > 0.99
    assert chroma_cosine(a, tone(622.25)) < 0.2


def test_onsets_correlate_when_they_coincide_and_not_when_they_alternate():
    first = clicks(5512) + 0.01 * noise(1)
    assert onset_correlation(first, clicks(5512) + 0.01 * noise(2)) > 0.9
    assert onset_correlation(first, clicks(5512, 2756) + 0.01 * noise(2)) < 0.1


def test_an_impulse_each_hop_is_all_buzz_and_noise_is_none():
    assert frame_rate_energy(clicks(256)) == pytest.approx(1, abs=0.01)
    assert frame_rate_energy(noise(3, 20.0)) == pytest.approx(1 / 86.13, rel=0.1)
    assert frame_rate_energy(tone(430.664)) > 0.9  # the fifth multiple
    assert frame_rate_energy(tone(400)) < 1e-4
    assert frame_rate_energy(clicks(512), hop_samples=512) == pytest.approx(1, abs=0.01)


def test_only_the_common_length_counts():
    longer = np.concatenate([noise(1), noise(4)])
    assert compare_pair(noise(1), longer).lsd_db == 0


def test_silence_has_scores_and_no_warning():
    silent = np.zeros(2 * RATE_HZ, np.float32)
    pair = compare_pair(silent, silent)
    assert np.isfinite(pair).all()
    assert pair.lsd_db == 0
