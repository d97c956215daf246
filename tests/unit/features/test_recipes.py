"""A recipe computes what its settings say, and what a folder keeps of it."""

import models
import numpy as np
import pytest

from takht.core.randomness import rng_for
from takht.features.spectrograms.mel import log_mel
from takht.features.spectrograms.mel import mfcc as cepstrum
from takht.features.statistics.recipe import OwnStatisticsRecipe
from takht.features.statistics.summary import GROUPS, summarize_segment
from takht.recipes import mel, mfcc, statistics

RATE_HZ = models.RATE_HZ
WAVE = rng_for(1).normal(0, 0.1, 12 * RATE_HZ).astype(np.float32)


def test_mel_and_mfcc_are_computed_at_their_settings_and_kept_in_half_precision():
    how = {"sample_rate_hz": RATE_HZ, "n_fft": 1024, "hop_samples": 512, "bands": 40}
    level = log_mel(WAVE, **how)
    kept = level.astype(np.float16).astype(np.float32)
    plain, cepstral = mel.Recipe(**how), mfcc.Recipe(**how, coefficients=13)
    np.testing.assert_array_equal(plain.compute(WAVE), level)
    np.testing.assert_array_equal(plain.as_stored(level), kept)
    np.testing.assert_array_equal(cepstral.compute(WAVE), cepstrum(kept, 13))
    stored = cepstrum(kept, 13).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(cepstral.as_stored(level), stored)
    for recipe, columns in ((plain, 40), (cepstral, 13)):
        assert (recipe.columns, recipe.min_samples, recipe.frame_samples) == (columns, 0, 512)


class Peaks(OwnStatisticsRecipe):
    """Two statistics of one's own."""

    own = 2

    def summarize(self, window):
        return np.array([window.max(), len(window)])


def test_statistics_are_those_of_windows_and_own_ones_stand_behind_them():
    recipe = statistics.Recipe.at_rate(RATE_HZ)
    # 216 hops of 512 samples every 86, at 22,050 Hz
    assert (recipe.window_samples, recipe.hop_samples) == (216 * 512, 86 * 512)
    assert (recipe.frame_samples, recipe.min_samples) == (216 * 512, 215 * 512)
    assert (recipe.columns, recipe.groups) == (336, GROUPS)
    usual = summarize_segment(WAVE, RATE_HZ)
    np.testing.assert_array_equal(recipe.compute(WAVE), usual)
    assert len(recipe.compute(WAVE[: recipe.min_samples])) == 1
    with pytest.raises(ValueError, match="less than a window"):
        recipe.compute(WAVE[: recipe.min_samples - 1])

    own = Peaks.at_rate(RATE_HZ, kind="peaks")
    assert (own.columns, own.groups) == (338, GROUPS | {"peaks": 2})
    starts = np.arange(len(usual)) * 86 * 512
    parts = [WAVE[start : start + 216 * 512] for start in starts]
    expected = np.array([[part.max(), len(part)] for part in parts], np.float32)
    np.testing.assert_array_equal(own.compute(WAVE), np.hstack([usual, expected]))


@pytest.mark.parametrize(
    "change", [{"hop_samples": 1}, {"window_samples": 1}, {"groups": {"a": 1}}]
)
def test_statistics_of_another_version_are_refused(change):
    settings = models.SETTINGS["statistics"]
    assert statistics.Recipe(**settings).model_dump() == settings
    with pytest.raises(ValueError, match="other statistics"):
        statistics.Recipe(**settings | change)
