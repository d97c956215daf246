"""Features of a segment that is altered in part are those of a whole computation."""

from pathlib import Path

import numpy as np
import pytest
from models import RATE_HZ, SETTINGS

from takht.features.statistics import timbre
from takht.features.statistics.recipe import OwnStatisticsRecipe
from takht.inference.explanation.altered_segment import open_segment
from takht.inference.features import compute_as_stored, read_recipe

SECONDS = 25


@pytest.fixture(scope="module")
def wave():
    """Noise and a melody, loudest from 12 to 12.5 s."""
    rng = np.random.default_rng(2)
    now = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    hz = 220 * 2 ** (rng.integers(0, 24, SECONDS * 3) / 24)[(now * 3).astype(int)]
    sound = 0.1 * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ) + rng.normal(0, 0.02, len(now))
    sound[12 * RATE_HZ : round(12.5 * RATE_HZ)] *= 5
    return sound.astype(np.float32)


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [(0, 3), (6.1, 9.2), (11, 14), (22, 25), (0, 25)],  # the third holds the loudest
)
def test_what_is_computed_again_equals_the_whole(wave, kind, start_s, end_s):
    recipe = read_recipe(SETTINGS[kind], Path("model"))
    segment = open_segment(recipe, wave)
    np.testing.assert_array_equal(segment.features, compute_as_stored(recipe, wave))
    start, end = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
    altered = wave.copy()
    altered[start:end] *= np.float32(0.3)
    expected = compute_as_stored(recipe, altered)
    assert np.abs(expected - segment.features).max() > 0.01
    found = segment.alter(altered, start, end)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-3 if kind == "mfcc" else 1e-4)


def test_only_frames_that_hear_the_change_are_measured_again(wave, monkeypatch):
    segment = open_segment(read_recipe(SETTINGS["statistics"], Path("model")), wave)
    lengths = []
    measure = timbre.measure_frames
    monkeypatch.setattr(
        timbre,
        "measure_frames",
        lambda wave, rate_hz: lengths.append(len(wave)) or measure(wave, rate_hz),
    )
    segment.alter(wave, 6 * RATE_HZ, 9 * RATE_HZ)
    (samples,) = lengths
    assert 3 * RATE_HZ < samples < 3.5 * RATE_HZ


def test_a_recipe_that_adds_to_another_is_computed_whole(wave):
    class Loudness(OwnStatisticsRecipe):
        own = 1

        def summarize(self, window):
            return np.array([np.abs(window).max()])

    recipe = Loudness.at_rate(RATE_HZ, kind="loudness")
    altered = wave.copy()
    altered[: 3 * RATE_HZ] = 0
    found = open_segment(recipe, wave).alter(altered, 0, 3 * RATE_HZ)
    np.testing.assert_array_equal(found, recipe.compute(altered))
