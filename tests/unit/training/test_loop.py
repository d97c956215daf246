"""Networks learn what can be learnt, and keep the weights that were best."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from window_batches import BANDS, COMPOSERS, FRAMES, INPUTS, batches

from takht.cache import checkpoint
from takht.cache.checkpoint import Checkpoint
from takht.classifiers import networks
from takht.dataset.batches import Batches
from takht.errors import TakhtError
from takht.training import loop
from takht.training.loop import train_network

# Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


def tiny(name: str = "mfcc_two_blocks", width: float = 0.0625) -> keras.Model:
    size = {"frames": FRAMES, "bands": BANDS, "composers": COMPOSERS, "width": width}
    return networks.build_network(name, **size, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "width", "epochs"),
    [("mfcc_two_blocks", 0.0625, 6), ("mfcc_wide", 0.0625, 4), ("mel_six_blocks", 0.125, 9)],
)
def test_each_network_learns_what_can_be_learnt(name, width, epochs):
    curve = train_network(
        tiny(name, width),
        batches(144, max_steps=9, seed=1),
        batches(48),
        INPUTS,
        epochs=epochs,
        learning_rate=0.001,
        patience=99,
    )
    assert list(curve["epoch"]) == list(range(1, len(curve) + 1))
    assert curve["validation_accuracy"].max() > 0.9


def test_shuffled_labels_give_chance():
    curve = train_network(
        tiny(),
        batches(144, shuffled_labels=True, max_steps=9, seed=1),
        batches(144, shuffled_labels=True),
        INPUTS,
        epochs=4,
        learning_rate=0.003,
        patience=99,
    )
    assert curve["validation_accuracy"].mean() == pytest.approx(1 / 3, abs=0.12)


def validation_loss(network: keras.Model, data: Batches) -> float:
    told = [network.predict_on_batch(each.windows)[range(16), each.targets] for each in data]
    return float(-np.log(told).mean())  # this network has no penalty


def test_the_weights_of_the_best_epoch_stay_not_the_last():
    network, validation = tiny(), batches(48, shuffled_labels=True)
    curve = train_network(
        network,
        batches(48, max_steps=3, seed=1),
        validation,
        INPUTS,
        epochs=8,
        learning_rate=0.01,
        patience=99,
    )
    losses = curve["validation_loss"]
    assert losses.idxmin() < len(losses) - 1  # else this run could not tell best from last
    assert validation_loss(network, validation) == pytest.approx(losses.min(), rel=1e-5)


def test_training_stops_when_patience_ends():
    curve = train_network(
        tiny(),
        batches(48, max_steps=3, seed=1),
        batches(48, shuffled_labels=True),
        INPUTS,
        epochs=30,
        learning_rate=0.01,
        patience=2,
    )
    assert len(curve) == curve["validation_loss"].idxmin() + 1 + 2


def test_of_equal_losses_the_earliest_counts(monkeypatch):
    """Its weights stay, and patience is counted from it."""
    losses = [3.0, 1.0, 1.0, 1.0, 1.0, 0.5]

    class Scripted:
        """Steps that write the epoch into the weights and report a loss that was thought up."""

        variables = ()

        def __init__(self, network, _strategy, _inputs, **_how):
            self.network, self.epoch = network, 0

        def train(self, _data):
            self.epoch += 1
            self.network.set_weights([np.full_like(w, self.epoch) for w in network.get_weights()])
            return 1.0, 0.0

        def judge(self, _data):
            return losses[self.epoch - 1], 0.0

    monkeypatch.setattr(loop, "TrainStep", Scripted)
    network = tiny()
    data = batches(16, max_steps=1, seed=1)
    curve = loop.train_network(network, data, data, INPUTS, epochs=6, learning_rate=0.1, patience=3)
    assert curve["validation_loss"].tolist() == losses[:5]  # the second epoch and three more
    assert all((weights == 2).all() for weights in network.get_weights())


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_training_that_stopped_goes_on_with_seeds_optimizer_and_loss_scale(
    monkeypatch, capsys, policy
):
    monkeypatch.setattr(checkpoint, "LEAST_SECONDS", 0)
    monkeypatch.setattr(checkpoint, "_LEAST_RATIO", 0)

    def trained(stop: int, kept: Checkpoint) -> tuple[list[np.ndarray], pd.DataFrame]:
        start = keras.initializers.Constant(0.01)
        layers = [
            keras.layers.Flatten(),
            keras.layers.Dense(8, "relu", kernel_initializer=start),
            keras.layers.Dropout(0.3, seed=1, dtype=policy),  # oneDNN can do this in float16
            keras.layers.Dense(COMPOSERS, "softmax", kernel_initializer="zeros", dtype="float32"),
        ]
        network = keras.Sequential([keras.Input((FRAMES, BANDS)), *layers], name="dense")
        data, epochs = batches(48, max_steps=3, seed=1), []
        shuffle = data.shuffle

        def counted(epoch: int) -> None:
            epochs.append(epoch)
            if epoch == stop:
                raise InterruptedError
            shuffle(epoch)

        data.shuffle = counted
        how = {"epochs": 5, "learning_rate": 0.01, "patience": 9, "checkpoint": kept}
        try:
            curve = train_network(network, data, batches(48), INPUTS, **how)
        finally:
            computed.append(epochs)
        return network.get_weights(), curve

    def opened() -> Checkpoint:
        kept = Checkpoint()
        kept.open([train_network], policy, [])
        return kept

    computed: list[list[int]] = []
    whole, curve = trained(0, Checkpoint())
    with pytest.raises(InterruptedError):
        trained(4, opened())
    resumed, resumed_curve = trained(0, opened())
    assert computed == [[1, 2, 3, 4, 5], [1, 2, 3, 4], [4, 5]]
    assert "goes on after epoch 3" in capsys.readouterr().err
    pd.testing.assert_frame_equal(resumed_curve, curve, check_exact=True)
    for ours, theirs in zip(resumed, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_network_that_xla_cannot_compile_ends_with_advice():
    tf.config.experimental.enable_op_determinism()
    data = batches(16, max_steps=1, seed=1)
    with pytest.raises(
        TakhtError, match=r"XLA cannot compile mfcc_two_blocks .*MaxPool.*; set .*xla: false"
    ):
        train_network(tiny(), data, data, INPUTS, epochs=1, learning_rate=0.1, patience=1, xla=True)


@pytest.mark.filterwarnings("ignore:invalid value|overflow:RuntimeWarning")
def test_a_run_that_lost_its_way_ends_with_advice():
    data = batches(32, max_steps=2, seed=1)
    with pytest.raises(
        TakhtError, match=r"epoch 1: loss is (nan|inf), .* lower the experiment's learning"
    ):
        train_network(tiny(), data, batches(32), INPUTS, epochs=2, learning_rate=1e30, patience=2)
