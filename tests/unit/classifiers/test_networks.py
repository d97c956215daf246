"""The networks are the original's: their layers and sizes are the published ones."""

import keras
import numpy as np
import pytest

from takht.classifiers.networks import build_network
from takht.errors import TakhtError
from takht.runtime.by_name import list_names

# network, frames, bands, width, parameters; 11 composers. By hand, for instance mfcc_two_blocks:
# 938 x 20 -> 936 x 18 -> 468 x 9 -> 466 x 7 -> 233 x 3, times 64 filters = 44,736 inputs of the
# dense layer; conv 320 + 18,496; batch norms 4 * (32 + 64 + 512); dense 44,737 * 512; out 5,643.
SIZES = [
    ("mfcc_two_blocks", 938, 20, 1.0, 22_932_235),
    # 469 x 20 -> 233 x 9 -> 115 x 3, times 128 filters = 44,160 inputs of the dense layer; conv
    # 640 + 73,856; batch norm 256; dense 44,161 * 1,024 and 1,025 * 512; out 5,643.
    ("mfcc_wide", 469, 20, 1.0, 45_826_059),
    ("mel_six_blocks", 216, 128, 1.0, 2_283_147),
    ("mel_six_blocks", 216, 128, 0.125, 91_643),  # dense layers keep their units
    ("mel_six_blocks", 108, 64, 0.125, 71_163),
]


@pytest.mark.parametrize(("name", "frames", "bands", "width", "parameters"), SIZES)
def test_parameters(name, frames, bands, width, parameters):
    network = build_network(name, frames=frames, bands=bands, composers=11, width=width)
    assert network.count_params() == parameters


def test_dense_layers_of_the_mel_network_are_penalised():
    network = build_network("mel_six_blocks", frames=108, bands=64, composers=3, width=0.125)
    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)][:2]
    expected = 0.003 * sum(float(np.square(layer.kernel.numpy()).sum()) for layer in dense)
    assert float(sum(network.losses)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", list_names("networks"))
def test_windows_in_probabilities_out(name):
    network = build_network(name, frames=108, bands=64, composers=5, width=0.125)
    windows = np.random.default_rng(1).normal(size=(4, 108, 64)).astype(np.float32)
    probabilities = network.predict_on_batch(windows)
    assert probabilities.shape == (4, 5)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", list_names("networks"))
def test_initial_weights_come_from_the_seed_alone(name):
    def weights(seed: int, disturbance: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(disturbance)
        size = {"frames": 108, "bands": 64, "composers": 3, "width": 0.05}
        return build_network(name, **size, seed=seed).get_weights()

    first, again, other = weights(1, 1), weights(1, 2), weights(2, 1)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
    # layers of one shape draw differently
    kernels = [w for w in first if w.ndim == 4]
    assert len({float(kernel.flat[0]) for kernel in kernels}) == len(kernels)


@pytest.mark.parametrize("name", list_names("networks"))
def test_what_dropout_leaves_out_comes_from_the_seed_alone(name):
    windows = np.random.default_rng(1).normal(size=(4, 108, 64)).astype(np.float32)

    def probabilities(disturbance: int) -> np.ndarray:
        keras.utils.set_random_seed(disturbance)
        network = build_network(name, frames=108, bands=64, composers=3, width=0.05, seed=1)
        return np.stack([network(windows, training=True) for _ in range(2)])

    first, again = probabilities(1), probabilities(2)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any()  # each step leaves out others


def test_mixed_precision_keeps_float32_weights_and_output_and_the_global_policy():
    network = build_network(
        "mel_six_blocks", frames=108, bands=64, composers=3, mixed_precision=True
    )
    convolution = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    assert convolution.compute_dtype == "float16"
    assert {weight.dtype for weight in network.trainable_variables} == {"float32"}
    assert network.output.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_too_small_windows_are_refused():
    said = "mel_six_blocks: windows of 108 frames x 20 bands are too"
    with pytest.raises(TakhtError, match=said) as caught:
        build_network("mel_six_blocks", frames=108, bands=20, composers=3)
    assert str(caught.value).isprintable()
    assert "Arguments received" not in str(caught.value)
