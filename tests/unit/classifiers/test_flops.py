"""Arithmetic counted as on paper."""

import keras
import pytest

from takht.classifiers.networks import build_network, mflop_per_window


def test_mflop_by_hand():
    # conv 4*3 outputs of 2 filters of 3*3*1; dense 5 of the 2*1*2 that pooling leaves
    x = inputs = keras.Input((6, 5, 1))
    x = keras.layers.Conv2D(2, 3)(x)
    x = keras.layers.MaxPooling2D(2)(x)
    outputs = keras.layers.Dense(5)(keras.layers.Flatten()(x))
    network = keras.Model(inputs, outputs)
    assert mflop_per_window(network) == 2 * (12 * 2 * 9 + 4 * 5) / 1e6


@pytest.mark.parametrize(
    ("name", "frames", "bands", "mflop"),
    [("mfcc_two_blocks", 938, 20, 176), ("mel_six_blocks", 216, 128, 7714)],
)
def test_mflop_are_the_published_ones(name, frames, bands, mflop):
    network = build_network(name, frames=frames, bands=bands, composers=11)
    assert mflop_per_window(network) == pytest.approx(mflop, abs=1)
