"""The temporal VAE starts as principal components, learns, and is the same in NumPy."""

import numpy as np
import pytest
from generation_corpus import MODEL, contents, run_stage, spectrogram, write_spectrograms

from takht.core import tensorflow_setup
from takht.errors import TakhtError
from takht.generation.codec import codec
from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec import LOG_VARIANCE_MAX, LOG_VARIANCE_MIN, VaeCodec
from takht.generation.codec.codec_folder import equal_latents
from takht.generation.codec.pca import fit_pca
from takht.generation.codec.settings import LappedVaeModel
from takht.generation.pieces.load import load_codec, load_pca, load_study_vae

tensorflow_setup.set_up(1)

from takht.generation.vae_training.loop import train_vae, validate_vae  # noqa: E402
from takht.generation.vae_training.network import LappedVae  # noqa: E402

SETTINGS = LappedVaeModel(**MODEL["vae"])


def clips(count: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    spectrum_pca = 0.1 * np.sin(np.arange(256) / 15) + 0.05 * rng.normal(size=(count, 1))
    return [spectrogram(rng, mean_spectrum, 400) for mean_spectrum in spectrum_pca]


@pytest.fixture(scope="module")
def parts():
    training = clips(5, 1)
    basis = fit_basis(training, emphasis(256, low=0.4, level=1.5), block_frames=32, components=12)
    spectrum_pca = fit_pca(np.stack([clip.mean(axis=0) for clip in training]), 4)
    return training, basis, spectrum_pca


@pytest.fixture(scope="module")
def shaken(parts):
    """A model far from its start, so that every weight matters."""
    _, basis, _ = parts
    model = LappedVae(SETTINGS, basis.deviations, basis.floor, 32 * 256)
    model((np.zeros((1, 6, 12), np.float32), np.zeros((1, 4), np.float32)))
    rng = np.random.default_rng(2)
    for weight in model.trainable_variables:
        weight.assign(weight + 0.3 * rng.normal(size=weight.shape))
    return model


def test_it_starts_as_the_principal_components(parts):
    training, basis, spectrum_pca = parts
    codec, curve = train_vae(training, clips(2, 3), basis, spectrum_pca, SETTINGS, epochs=0)
    unseen = clips(1, 4)[0]
    mean_spectrum, mean, _ = codec.encode(unseen)
    np.testing.assert_allclose(
        mean * basis.deviations[:8], basis.analyse(unseen - mean_spectrum)[:, :8], atol=1e-4
    )
    coefficients = np.zeros((len(mean), 12), np.float32)
    coefficients[:, :8] = mean * basis.deviations[:8]
    expected = np.clip(basis.synthesise(coefficients) + mean_spectrum, 0, 1)
    np.testing.assert_allclose(codec.decode(mean_spectrum, mean), expected, atol=1e-5)
    assert curve["epoch"].tolist() == [0]


def test_numpy_computes_what_keras_computes(parts, shaken):
    _, basis, spectrum_pca = parts
    codec = VaeCodec(basis, spectrum_pca, shaken.arrays())
    clip = clips(1, 5)[0]
    mean_spectrum, mean, log_variance = codec.encode(clip)
    coefficients = basis.analyse(clip - mean_spectrum) / basis.deviations
    theirs = [np.asarray(part)[0] for part in shaken.encode(coefficients[None])]
    np.testing.assert_allclose(mean, theirs[0], atol=1e-4)
    np.testing.assert_allclose(log_variance, theirs[1], atol=1e-4)
    decoded = np.asarray(shaken.decode(mean[None], spectrum_pca.encode(mean_spectrum)[None]))[0]
    expected = np.clip(basis.synthesise(decoded * basis.deviations) + mean_spectrum, 0, 1)
    np.testing.assert_allclose(codec.decode(mean_spectrum, mean), expected, atol=1e-4)
    assert codec.latents == 8
    assert codec.block_frames == 32


def test_log_variance_is_held_in_both(parts, shaken):
    _, basis, spectrum_pca = parts
    arrays = dict(shaken.arrays())
    clip = clips(1, 6)[0]
    for bias, held in ((1e4, LOG_VARIANCE_MAX), (-1e4, LOG_VARIANCE_MIN)):
        arrays["encode_spread/bias"] = np.full(8, bias, np.float32)
        assert np.all(VaeCodec(basis, spectrum_pca, arrays).encode(clip)[2] == held)
        kept = shaken.encode_spread.bias.numpy()
        shaken.encode_spread.bias.assign(arrays["encode_spread/bias"])
        assert np.all(np.asarray(shaken.encode(np.ones((1, 3, 12), np.float32))[1]) == held)
        shaken.encode_spread.bias.assign(kept)


def test_error_and_kl_are_those_of_the_formulas(parts, shaken):
    _, basis, _ = parts
    coefficients = np.random.default_rng(3).normal(size=(2, 6, 12)).astype(np.float32)
    codes = np.random.default_rng(4).normal(size=(2, 4)).astype(np.float32)
    mse, kl = shaken((coefficients, codes))
    mean, log_variance = (np.asarray(part, np.float64) for part in shaken.encode(coefficients))
    decoded = np.asarray(shaken.decode(mean.astype(np.float32), codes))
    squares = np.sum(((decoded - coefficients) * basis.deviations) ** 2, axis=-1).mean()
    assert float(mse) == pytest.approx((squares + basis.floor) / (32 * 256), rel=1e-4)
    nats = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance)
    np.testing.assert_allclose(np.asarray(kl), nats.mean(axis=(0, 1)), rtol=1e-3)


def test_a_clip_is_coded_alike_whatever_follows(parts, shaken):
    """Only two blocks to each side matter, and the mean spectrum."""
    _, basis, spectrum_pca = parts
    codec = VaeCodec(basis, spectrum_pca, shaken.arrays())
    latents = np.random.default_rng(5).normal(size=(12, 8)).astype(np.float32)
    mean_spectrum = spectrum_pca.mean
    short, long = codec.decode(mean_spectrum, latents[:9]), codec.decode(mean_spectrum, latents)
    np.testing.assert_allclose(short[: 5 * 32], long[: 5 * 32], atol=1e-5)


def test_what_lies_at_the_floor_is_taken_for_anything_below(parts, monkeypatch):
    training, _, spectrum_pca = parts
    plain = emphasis(256, low=0, level=0)
    basis = fit_basis(training, plain, block_frames=32, components=12)
    start, _ = train_vae(training, training[:1], basis, spectrum_pca, SETTINGS, epochs=0)
    clip = np.maximum(clips(1, 8)[0] - 0.3, 0)  # half of it is silence
    errors = []
    for steps in (0, 1, 2, 8):
        monkeypatch.setattr(codec, "FLOOR_STEPS", steps)
        mean_spectrum, mean, _ = start.encode(clip)
        errors.append(np.mean((start.decode(mean_spectrum, mean) - clip[: 12 * 32]) ** 2))
    assert np.all(np.diff(errors) < 0)
    assert errors[2] < 0.99 * errors[0]


def test_training_takes_the_best_epoch_and_says_what_it_gained(parts):
    training, basis, spectrum_pca = parts
    validation = clips(2, 3)
    codec, curve = train_vae(training, validation, basis, spectrum_pca, SETTINGS, epochs=3)
    assert curve["epoch"].tolist() == [0, 1, 2, 3]
    assert validate_vae(codec, validation)[0] == pytest.approx(curve["validation_mse"].min())
    assert curve["train_kl_nats"].iloc[1:].notna().all()
    assert (curve["validation_kl_nats"] > 0).all()


def test_clips_shorter_than_a_sequence_are_refused_in_one_line(parts):
    training, basis, spectrum_pca = parts
    settings = SETTINGS.model_copy(update={"sequence_blocks": 100})
    with pytest.raises(TakhtError, match="lower sequence_blocks"):
        train_vae(training, training, basis, spectrum_pca, settings, epochs=1)


@pytest.mark.slow
def test_two_trainings_write_the_same_bytes_that_load_again(tmp_path):
    split = write_spectrograms(tmp_path, "generation_mel")
    for name in ("first", "second"):
        run_stage(tmp_path, "vae", "generation_mel", name)
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert first == second
    assert set(first) == {
        "curve.csv", "model/model.json", "model/basis.npz", "model/mean_spectrum.npz",
        "model/network.npz", "model/pca.npz",
    }  # fmt: skip
    folder = tmp_path / "first/model"
    codec, pca = load_codec(folder), load_pca(folder)
    clip = Clips(tmp_path / "generation_mel", split, "test", least_frames=32)[0]
    mean_spectrum, mean, _ = codec.encode(clip)
    assert np.mean((codec.decode(mean_spectrum, mean) - clip[: 17 * 32]) ** 2) < 0.01
    assert pca.components.shape[1] == 8 + 15  # 256 numbers of mean spectrum over 17.5 blocks
    refused = run_stage(tmp_path, "study_vae", "generation_mel", "third", check=False)
    assert "learns from 'study_spectrogram', got 'generation_mel'" in refused
    assert len(refused.strip().splitlines()) == 1

    _break_files(folder)


def _break_files(folder):
    card = (folder / "model.json").read_text(encoding="utf-8")
    cases = {
        "version": (card.replace('"version": 1', '"version": 2'), "version.*got 2"),
        "kind": (card.replace("temporal_vae", "other"), "kind.*got 'other'"),
        "not JSON": ("{", "file"),
        "latents": (card.replace('"latents": 8,\n  "pca', '"latents": 9,\n  "pca'), "one model"),
    }
    for text, match in cases.values():
        (folder / "model.json").write_text(text, encoding="utf-8")
        with pytest.raises(TakhtError, match=match) as error:
            load_codec(folder)
        assert len(str(error.value).splitlines()) == 1
    (folder / "model.json").write_text(card, encoding="utf-8")
    (folder / "network.npz").write_bytes(b"PK")
    with pytest.raises(TakhtError, match=r"network\.npz"):
        load_codec(folder)


@pytest.mark.parametrize("load", [load_codec, load_pca, load_study_vae])
def test_a_missing_folder_is_one_line(load, tmp_path):
    with pytest.raises(TakhtError, match=r"holds no model; .*dvc repro generation") as error:
        load(tmp_path / "vae")
    assert len(str(error.value).splitlines()) == 1


def test_equal_latents_share_out_the_colour():
    found = equal_latents(
        [np.zeros((320, 256)), np.zeros((960, 256))], block_frames=32, latents=100
    )
    assert found == 100 + 13  # 256 numbers over 20 blocks
