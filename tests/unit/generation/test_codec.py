"""The codec is a lapped PCA: its latents are principal components, and so is what it decodes."""

from functools import cache

import numpy as np
import pytest
from generation_corpus import CODEC, card, run_stage, spectrogram, write_spectrograms
from tasks import contents

from takht.errors import TakhtError
from takht.generation.codec import codec
from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.codec_folder import load_codec, load_pca
from takht.generation.codec.fine_detail import detail_gains
from takht.generation.codec.fit import equal_latents, fit_codec
from takht.generation.codec.settings import CodecSettings
from takht.generation.pieces.load import load_study_vae
from takht.generation.spectrogram.level_spectrogram import BINS


def clips(count: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    mean_spectra = 0.1 * np.sin(np.arange(BINS) / 15) + 0.05 * rng.normal(size=(count, 1))
    return [spectrogram(rng, mean_spectrum, 400) for mean_spectrum in mean_spectra]


@cache
def fit(latents: int = 8, low: float = 0.4, level: float = 1.5) -> LappedPca:
    """Return the codec of five clips."""
    changes = {"latents": latents, "low_frequency_weight": low, "level_weight": level}
    return fit_codec(CodecSettings(**CODEC | changes), {}, clips(5, 1))[1]


def test_latents_are_the_leading_components_in_standard_deviations():
    """Of a clip that is nowhere at the floor: those of more components, cut off."""
    few, unseen = fit(), np.maximum(clips(1, 4)[0], 0.01)
    assert (few.latents, few.block_frames) == (8, 8)
    mean_spectrum, latents = few.encode(unseen)
    np.testing.assert_array_equal(mean_spectrum, unseen.mean(axis=0))
    weighting = emphasis(BINS, low=0.4, level=1.5)
    basis = fit_basis(clips(5, 1), weighting, block_frames=8, components=20)
    coefficients = basis.analyse(unseen - mean_spectrum)
    np.testing.assert_allclose(latents * few.basis.deviations, coefficients[:, :8], atol=1e-4)
    coefficients[:, 8:] = 0
    expected = np.clip(basis.synthesise(coefficients) + mean_spectrum, 0, 1)
    np.testing.assert_allclose(few.decode(mean_spectrum, latents), expected, atol=1e-4)


def test_latents_of_the_clips_that_it_was_fitted_to_have_variance_1():
    latents = np.concatenate([fit().encode(clip)[1] for clip in clips(5, 1)])
    np.testing.assert_allclose(np.sqrt(np.mean(latents**2, axis=0)), 1, atol=0.2)


def test_what_lies_at_the_floor_is_taken_for_anything_below(monkeypatch):
    plain = fit(low=0, level=0)
    clip = np.maximum(clips(1, 8)[0] - 0.3, 0)  # half of it is silence
    errors = []
    for steps in (0, 1, 2, 8):
        monkeypatch.setattr(codec, "FLOOR_STEPS", steps)
        errors.append(np.mean((plain.decode(*plain.encode(clip)) - clip) ** 2))
    assert np.all(np.diff(errors) < 0)
    assert errors[2] < 0.99 * errors[0]


def test_two_fits_write_the_same_bytes_that_load_again(tmp_path):
    split = write_spectrograms(tmp_path, "generation_spectrogram")
    for name in ("first", "second"):
        run_stage(tmp_path, "fit_codec", "generation_spectrogram", "split.csv", name)
    first = contents(tmp_path / "first")
    assert first == contents(tmp_path / "second")
    assert set(first) == {
        "model.json",
        "basis.npz",
        "fine_detail.npz",
        "mean_spectrum.npz",
        "pca.npz",
    }
    folder = tmp_path / "first"
    assert (card(folder)["kind"], card(folder)["clips"]) == ("lapped_pca", 9)
    loaded, pca = load_codec(folder), load_pca(folder)
    clip = Clips(tmp_path / "generation_spectrogram", split, "test", least_frames=8)[0]
    assert np.mean((loaded.decode(*loaded.encode(clip)) - clip) ** 2) < 0.01
    train = Clips(tmp_path / "generation_spectrogram", split, "train", least_frames=8)
    gains = [detail_gains(each, loaded.decode(*loaded.encode(each))) for each in train]
    np.testing.assert_allclose(loaded.fine_gains, np.mean(gains, axis=0), rtol=1e-5)
    assert loaded.fine_gains.max() > 1.1
    assert pca.components.shape[1] == 8 + 8  # 513 numbers of mean spectrum over 70 blocks
    _break_files(folder)


def _break_files(folder):
    text = (folder / "model.json").read_text(encoding="utf-8")
    cases = {
        "version": (text.replace('"version": 1', '"version": 2'), "version.*got 2"),
        "kind": (text.replace("lapped_pca", "temporal_vae"), "kind.*got 'temporal_vae'"),
        "not JSON": ("{", "file"),
        "latents": (text.replace('"latents": 8,\n  "pca', '"latents": 9,\n  "pca'), "one model"),
    }
    for changed, match in cases.values():
        (folder / "model.json").write_text(changed, encoding="utf-8")
        with pytest.raises(TakhtError, match=match) as error:
            load_codec(folder)
        assert len(str(error.value).splitlines()) == 1
    (folder / "model.json").write_text(text, encoding="utf-8")
    (folder / "basis.npz").write_bytes(b"PK")
    with pytest.raises(TakhtError, match=r"basis\.npz"):
        load_codec(folder)


@pytest.mark.parametrize("load", [load_codec, load_pca, load_study_vae])
def test_a_missing_folder_is_one_line(load, tmp_path):
    with pytest.raises(TakhtError, match=r"holds no model; .*dvc repro generation") as error:
        load(tmp_path / "codec")
    assert len(str(error.value).splitlines()) == 1


def test_equal_latents_share_out_the_mean_spectrum():
    found = equal_latents(
        [np.zeros((320, 513)), np.zeros((960, 513))], block_frames=32, latents=100
    )
    assert found == 100 + 26  # 513 numbers over 20 blocks
