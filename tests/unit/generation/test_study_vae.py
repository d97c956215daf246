"""The original's network has the original's size, learns, and comes back from its folder."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from generation_corpus import STUDY_TRAINING, STUDY_VAE, run_stage, write_spectrograms
from pipeline import ROOT
from tasks import contents

from takht.core import tensorflow_setup
from takht.errors import TakhtError

tensorflow_setup.set_up(1)

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from takht.dataset.batches import Batch  # noqa: E402
from takht.generation.pieces.load import load_study_vae  # noqa: E402
from takht.generation.study_vae.card import StudyVaeCard  # noqa: E402
from takht.generation.study_vae.loop import train_study_vae, vae_loss  # noqa: E402
from takht.generation.study_vae.model import StudyVae  # noqa: E402
from takht.generation.study_vae.network import (  # noqa: E402
    LOG_VARIANCE_MAX,
    LOG_VARIANCE_MIN,
    build_decoder,
    build_encoder,
)


@pytest.mark.slow
def test_full_width_has_the_originals_numbers():
    assert build_encoder(1.0).count_params() == 18_353_760
    assert build_decoder(1.0).count_params() == 8_855_137


def test_numbers_of_any_width_follow_from_the_layers():
    """A convolution has 9 x in x out + out numbers, a normalisation 4, a dense layer in x out."""
    encoder, decoder = build_encoder(1 / 16), build_decoder(1 / 16)
    filters = [32, 16, 8, 4, 2]
    sizes = zip([1, *filters[:-1]], filters, strict=True)
    expected = sum(9 * a * b + 5 * b for a, b in sizes) + 2 * (32 * 64 * 2 * 128 + 128)
    assert encoder.count_params() == expected
    sizes = zip([2, 2, 4, 8], [2, 4, 8, 16], strict=True)
    expected = sum(9 * a * b + 5 * b for a, b in sizes) + 129 * 32 * 64 * 2 + 9 * 16 + 1
    assert decoder.count_params() == expected


def test_log_variance_is_held_however_wild_the_weights():
    encoder = build_encoder(1 / 64)
    head = encoder.get_layer("log_variance")
    for bias, held in ((1e6, LOG_VARIANCE_MAX), (-1e6, LOG_VARIANCE_MIN)):
        head.bias.assign(np.full(128, bias, np.float32))
        _, log_variance = encoder(np.zeros((1, 256, 512, 1), np.float32))
        assert np.all(np.asarray(log_variance) == held)


def test_error_and_kl_are_reported_apart_and_are_those_of_the_formulas():
    mean, log_variance = np.float32([[1, 0], [0, 0]]), np.float32([[0, 0], [0, np.log(4)]])
    windows, output = np.zeros((2, 3, 3, 1), np.float32), np.full((2, 3, 3, 1), 0.1, np.float32)
    mse, kl = vae_loss(windows, output, mean, log_variance)
    assert float(mse) == pytest.approx(0.01)
    # of N(m, s^2) from N(0, 1): (s^2 + m^2 - 1)/2 - ln s
    assert float(kl) == pytest.approx(((1 - 0) / 2 + (4 - 1) / 2 - np.log(2)) / 2)


def test_training_keeps_the_epoch_of_the_least_validation_error():
    """Here the second: the third is taught far too loud."""
    music = np.zeros((4, 256, 512), np.float32)
    music[:, 40:60] = np.linspace(0.4, 1, 4)[:, None, None]

    class Music:
        gain = 1

        def __init__(self, size):
            self.size = size

        def shuffle(self, epoch):
            self.gain = 100 if epoch == 2 else 1  # epochs count from 0

        def __iter__(self):
            for start in range(0, 4, self.size):
                windows = self.gain * music[start : start + self.size].transpose(0, 2, 1)
                yield Batch(windows, np.zeros((len(windows), 2), int), np.zeros(len(windows), int))

    encoder, decoder = (build(1 / 64, seed=3) for build in (build_encoder, build_decoder))
    curve = train_study_vae(
        encoder, decoder, Music(2), Music(3), epochs=3, learning_rate=0.01, seed=1
    )
    assert curve["epoch"].tolist() == [1, 2, 3]
    errors = curve["validation_mse"]
    assert errors[1] < errors[0] < 0.5
    assert errors[2] > errors[1]
    model = StudyVae(StudyVaeCard.model_construct(), encoder, decoder)
    mean, log_variance = model.encode(music)
    assert np.mean((model.decode(mean) - music) ** 2) == pytest.approx(errors[1], rel=1e-3)
    np.testing.assert_array_equal(model.reconstruct(music), model.decode(mean))
    nats = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(axis=1).mean()
    assert curve["validation_kl_nats"][1] == pytest.approx(nats, rel=1e-3)


HALF = """
from takht.core import tensorflow_setup
tensorflow_setup.set_up(1, mixed_precision=True)
import numpy as np
from takht.generation.study_vae import loop, network
encoder = network.build_encoder(1 / 64, mixed_precision=True)
decoder = network.build_decoder(1 / 64, mixed_precision=True)
assert encoder.get_layer("conv_2").compute_dtype == "float16"
assert all(weight.dtype == "float32" for weight in encoder.weights + decoder.weights)
assert [output.dtype for output in encoder.outputs] == ["float32", "float32"]
assert decoder.outputs[0].dtype == "float32"
windows = np.random.default_rng(1).uniform(size=(2, 512, 256)).astype(np.float16)
step, _ = loop._step(encoder, decoder, 1e-3)
first = step(windows, np.zeros((2, 128), np.float32))
assert np.isfinite([float(each) for each in first]).all()
"""


@pytest.mark.slow
def test_half_precision_keeps_what_must_be_exact_in_full():
    """In a process of its own: a process imports TensorFlow with oneDNN or without."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", "import takht.stage" + HALF], check=True, env=environment)


@pytest.mark.slow
def test_training_lowers_the_error_and_two_trainings_write_the_same_bytes(tmp_path):
    write_spectrograms(tmp_path, "study_spectrogram")
    for name in ("first", "second"):
        words = ["scale=s", "study_spectrogram", "split.csv", f"{name}/model", f"{name}/curve.csv"]
        run_stage(tmp_path, "train_vae", *words)
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert first == second
    assert set(first) == {
        "curve.csv", "model/model.json", "model/encoder.weights.h5", "model/decoder.weights.h5",
    }  # fmt: skip
    rows = [line.split(",") for line in first["curve.csv"].decode().splitlines()]
    assert rows[0] == [
        "epoch", "train_mse", "train_kl_nats", "validation_mse", "validation_kl_nats",
    ]  # fmt: skip
    errors = [float(row[3]) for row in rows[1:]]
    assert min(errors) < 0.95 * errors[0]
    card = json.loads(first["model/model.json"])
    assert card["model"] == STUDY_VAE
    assert card["training"] == STUDY_TRAINING
    assert card["validation_mse"] == pytest.approx(min(errors))

    model = load_study_vae(tmp_path / "first/model")
    windows = np.random.default_rng(1).uniform(size=(3, 256, 512)).astype(np.float32)
    mean, log_variance = model.encode(windows)
    assert mean.shape == log_variance.shape == (3, 128)
    output = model.reconstruct(windows)
    assert output.shape == windows.shape
    assert output.min() >= 0
    assert output.max() <= 1
    np.testing.assert_array_equal(model.decode(mean), output)

    shutil.copy(tmp_path / "first/model/encoder.weights.h5", tmp_path / "e.h5")
    (tmp_path / "first/model/encoder.weights.h5").write_bytes(b"no weights")
    with pytest.raises(TakhtError, match="encoder") as error:
        load_study_vae(tmp_path / "first/model")
    assert len(str(error.value).splitlines()) == 1


def test_seeds_alone_decide_the_first_weights():
    first, same, other = (build_encoder(1 / 64, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert keras.backend.backend() == "tensorflow"
    assert tf.__version__
