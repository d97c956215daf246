"""A recipe of one's own gives what it declares, or the stage names the recording and the fault."""

from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

import feature
from takht.dataset.feature_folder import open_array
from takht.errors import TakhtError
from takht.features.spectrograms.recipe import FeatureRecipe

RATE_HZ, HOP = 8_000, 400


class Recipe(FeatureRecipe):
    """Three numbers per 50 ms, changed by `CHANGE`."""

    unit: str = "1"
    sample_rate_hz: int
    hop_samples: int = HOP

    @property
    def columns(self):
        return 3

    @property
    def min_samples(self):
        return RATE_HZ

    def compute(self, wave):
        return globals()["CHANGE"](np.ones((1 + len(wave) // HOP, 3)))


def computed(folder, monkeypatch, change, seconds=3):
    monkeypatch.setitem(globals(), "CHANGE", change)
    monkeypatch.setattr(feature, "load_by_name", lambda *_: SimpleNamespace(Recipe=Recipe))
    (folder / "segments/a/b").mkdir(parents=True)
    soundfile.write(folder / "segments/a/b/0000.wav", np.zeros(round(seconds * RATE_HZ)), RATE_HZ)
    settings = feature.FeatureSettings(values={})
    feature.feature(settings, folder / "segments", folder / "own")
    return open_array(folder / "own", "a/b")


@pytest.mark.parametrize("change", [lambda frames: frames, lambda frames: frames[:-1].astype(int)])
def test_what_a_recipe_declares_is_kept(tmp_path, monkeypatch, change):
    np.testing.assert_array_equal(computed(tmp_path, monkeypatch, change)[:60], np.ones((60, 3)))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda frames: frames[:, :2], r"shape \(frames, 3\) of real numbers, got \(61, 2\)"),
        (lambda frames: frames[0], r"got \(3,\) of float64"),
        (lambda frames: frames * 1j, "got .* of complex128"),
        (lambda frames: frames[::2], "31 frames, where hop_samples gives 60"),
        (lambda frames: frames * np.nan, "NaN"),
        (lambda frames: frames * 1e6, "infinite as float16"),
    ],
)
def test_anything_else_is_refused_with_the_recording(tmp_path, monkeypatch, change, fault):
    with pytest.raises(TakhtError, match=rf"a/b: segment 0: .*{fault}.*; fix the recipe"):
        computed(tmp_path, monkeypatch, change)
    assert not (tmp_path / "own").exists()


def test_a_segment_that_is_too_short_is_no_fault_of_the_recipe(tmp_path, monkeypatch):
    line = r"a/b: segment 0: lasts 0\.90 s, features need 1\.00 s; raise catalogue\.min_seconds"
    with pytest.raises(TakhtError, match=line):
        computed(tmp_path, monkeypatch, lambda frames: frames, seconds=0.9)
