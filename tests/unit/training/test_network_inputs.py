"""What a compiled step makes of stored windows are NumPy's numbers, bit for bit."""

import numpy as np
import pytest

from takht.classifiers.standardisation import fit_standardisation
from takht.core import tensorflow_setup
from takht.dataset.windows import limit_range

tensorflow_setup.set_up(2)

import tensorflow as tf  # noqa: E402

from takht.training.network_inputs import NetworkInputs, limit_and_mask  # noqa: E402

SHAPE = (48, 108, 64)
NO_MASKS = np.zeros((SHAPE[0], 2), np.int32)


def stored(dtype: type) -> np.ndarray:
    """Levels from -140 to 30 dB of other digits in each cell, silence and numbers near 0 too."""
    rng = np.random.default_rng(2)
    levels = rng.normal(-40, 30, SHAPE)
    levels[0] = -100.0
    levels[1] = rng.normal(0, 1e-7, SHAPE[1:])
    levels[2, 5] = 0.0
    return levels.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("unit", ["dB", "cepstrum of dB"])
@pytest.mark.parametrize("xla", [False, True])
def test_a_step_prepares_windows_as_numpy_does(dtype, unit, xla):
    windows = stored(dtype)
    expected = limit_range(windows.astype(np.float32), unit)
    norm = fit_standardisation([expected])
    inputs = NetworkInputs(unit, np.dtype(dtype), norm)
    step = tf.function(inputs.prepare, jit_compile=xla)
    found = step(windows, NO_MASKS, tf.constant(norm.mean), tf.constant(norm.std)).numpy()
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, norm.apply(expected))


def test_masked_bands_become_the_windows_floor_not_its_loudest():
    windows = np.random.default_rng(1).uniform(-60, -5, (2, 30, 8)).astype(np.float16)
    found = limit_and_mask(windows, np.int32([[2, 3], [0, 0]]), "dB").numpy()
    assert (found[0, :, 2:5] == np.float32(windows[0].max()) - 80).all()
    np.testing.assert_array_equal(found[0][:, [0, 1, 5, 6, 7]], windows[0][:, [0, 1, 5, 6, 7]])
    np.testing.assert_array_equal(found[1], windows[1])
