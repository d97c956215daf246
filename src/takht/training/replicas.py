"""Copies of a network, one a device, that learn together as one."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import keras
import tensorflow as tf

from takht.errors import TakhtError
from takht.runtime.tf_config import read_position

_SEED_STEP = 7919  # between the dropout seeds of copies; any number but 0 does


@cache
def choose_strategy(replicas: int) -> Any:
    """Return how `replicas` devices train together: TensorFlow's default for one.

    They are shared equally among the machines of TF_CONFIG. A machine takes as many of its GPUs;
    without a GPU it computes the same on its CPU. TensorFlow must not have computed before.

    Raises:
        TakhtError: the machines cannot have an equal share, or one has too few devices.
    """
    count, _ = read_position()
    if replicas % count:
        raise TakhtError(
            f"training: replicas is {replicas}, no multiple of the {count} machines in TF_CONFIG; "
            f"set scales.SCALE.training.replicas to {count} times the GPUs of each"
        )
    if replicas == 1:
        return tf.distribute.get_strategy()
    devices = _devices(replicas // count, alone=count == 1)
    if count == 1:
        return tf.distribute.MirroredStrategy(devices)
    return tf.distribute.MultiWorkerMirroredStrategy()


@contextmanager
def report_lost_machines() -> Iterator[None]:
    """Say in one line that another machine is gone; TensorFlow's own errors leave it to be guessed.

    Raises:
        TakhtError: TensorFlow lost another machine of TF_CONFIG inside the block.
    """
    lost = (
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.DeadlineExceededError,
    )
    try:
        yield
    except lost as error:
        if read_position()[0] == 1:
            raise
        raise TakhtError(
            "training: another machine of TF_CONFIG stopped or cannot be reached "
            f"({type(error).__name__}); look at its messages and start the stage again on all"
        ) from None


def _devices(wanted: int, *, alone: bool) -> list[str]:
    gpus = tf.config.list_physical_devices("GPU")
    if len(gpus) < wanted and (gpus or not alone) and wanted > 1:
        raise TakhtError(
            f"training: replicas asks for {wanted} devices of this machine, which has {len(gpus)} "
            "GPUs; set scales.SCALE.training.replicas to what the machines have"
        )
    if gpus:
        tf.config.set_visible_devices(gpus[:wanted], "GPU")
        return [f"GPU:{place}" for place in range(wanted)]
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration() for _ in range(wanted)]
    tf.config.set_logical_device_configuration(cpu, parts)
    return [f"CPU:{place}" for place in range(wanted)]


def require_same_inputs(strategy: Any, *facts: object) -> None:
    """Make sure that all machines are about to train the same.

    Raises:
        TakhtError: the facts of another machine are others.
    """
    if read_position()[0] == 1:
        return
    mine = zlib.crc32(repr(facts).encode())

    @tf.function  # type: ignore[untyped-decorator]
    def of_all() -> Any:
        return strategy.gather(strategy.run(lambda: tf.constant([mine], tf.int64)), axis=0)

    if set(of_all().numpy().tolist()) != {mine}:
        raise TakhtError(
            "training: the machines of TF_CONFIG differ in params.yaml or in the windows they are "
            "to train with; bring all to the same commit, parameters and inputs"
        )


def prepare_replicas(network: keras.Model, strategy: Any) -> None:
    """Let a network built in the strategy's scope learn as one device with the whole batch would.

    Batch normalisation takes its statistics from all copies, dropout a mask of its own for each.
    """
    if strategy.num_replicas_in_sync == 1:
        return
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True  # other arithmetic, so not for one device

    @tf.function  # type: ignore[untyped-decorator]
    def reseed() -> None:
        place = tf.distribute.get_replica_context().replica_id_in_sync_group
        for layer in network.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.seed_generator.state.value.assign_add([place * _SEED_STEP, 0])

    strategy.run(reseed)


def to_single_device(network: keras.Model, strategy: Any) -> keras.Model:
    """Return the network for use on this machine alone: itself, or a copy if it was replicated."""
    if strategy.num_replicas_in_sync == 1:
        return network
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy
