"""Onset statistics know how hard and how unevenly each band is struck, not when."""

import numpy as np
import pytest

from takht.features.statistics.timbre import compute_frame_values, summarize_onsets

RATE_HZ = 22_050


def of(wave):
    return summarize_onsets(compute_frame_values(wave, RATE_HZ))


def struck(hz, beats_seconds):
    """Return five seconds of a tone struck so often over faint noise."""
    now = np.arange(5 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(1).normal(0, 1e-3, len(now))
    tone = np.sin(2 * np.pi * hz * now) * np.exp(-12 * (now % beats_seconds))
    return (0.3 * tone + noise).astype(np.float32)


def test_they_are_deviation_and_mean_of_the_log_rise_of_each_band():
    values = np.zeros((4, 159), np.float32)
    values[:, -4:] = np.expm1([[0, 0, 1, 2], [2, 0, 1, 2], [0, 0, 1, 2], [2, 4, 1, 2]])
    found = summarize_onsets(values)
    np.testing.assert_allclose(found, [1, 3**0.5, 0, 0, 1, 1, 1, 2], atol=1e-6)


@pytest.mark.parametrize(("hz", "band"), [(200, 0), (1600, 1), (3600, 2), (8000, 3)])
def test_a_struck_tone_is_uneven_in_its_own_band(hz, band):
    assert of(struck(hz, 0.5))[:4].argmax() == band


def test_more_strikes_raise_the_mean_of_their_band():
    slow, fast = of(struck(200, 1.0)), of(struck(200, 0.25))
    assert fast[4] > slow[4] + 0.1
    np.testing.assert_allclose(fast[5:], slow[5:], atol=0.1)


def test_silence_has_no_onset():
    assert (of(np.zeros(RATE_HZ, np.float32)) == 0).all()
