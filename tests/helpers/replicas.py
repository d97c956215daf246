"""Trains small networks as test_replicas.py asks: `replicas.py OUT REPLICAS EPOCHS NETWORK...`.

Prints `ready` when the machines have found one another. OUT gets each network's learning curve, its
weights and what it answers afterwards, and the masks that replicas of this machine drop.
"""

import json
import sys
from pathlib import Path
from typing import Any

from takht.core import tensorflow_setup

tensorflow_setup.set_up(1, mixed_precision=True)  # all runs alike: some train in float16

import keras  # noqa: E402 (not before TensorFlow is set up)
import numpy as np  # noqa: E402
from window_batches import BANDS, COMPOSERS, FRAMES, INPUTS, batches  # noqa: E402

from takht.classifiers import networks  # noqa: E402
from takht.errors import TakhtError  # noqa: E402
from takht.training.loop import train_network  # noqa: E402
from takht.training.replicas import (  # noqa: E402
    choose_strategy,
    report_lost_machines,
    require_same_inputs,
    to_single_device,
)


def masks(network: keras.Model, among: Any) -> list[list[bool]]:
    """Return what a dropout layer leaves of ones, in each replica of this machine."""
    (layer, *_) = (each for each in network.layers if isinstance(each, keras.layers.Dropout))
    layer.rate = 0.5
    drop = among.run(lambda: layer(np.ones((1, 64), np.float32), training=True))
    return [(each.numpy()[0] > 0).tolist() for each in among.experimental_local_results(drop)]


def trained(name: str, among: Any, epochs: int) -> tuple[dict[str, Any], list[Any]]:
    """Return the curve and masks of a network (`NAME` or `NAME:float16`), and its arrays."""
    name, _, precision = name.partition(":")
    size = {"frames": FRAMES, "bands": BANDS, "composers": COMPOSERS, "width": 0.0625}
    with among.scope():
        network = networks.build_network(name, **size, seed=1, mixed_precision=bool(precision))
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0  # the masks of replicas cannot be those of one device
    curve = train_network(
        network,
        batches(144, max_steps=9, seed=1),
        batches(49),  # a last batch of one window
        INPUTS,
        epochs=epochs,
        learning_rate=0.001,
        patience=99,
        strategy=among,
    )
    alone = to_single_device(network, among)
    arrays = [*alone.get_weights(), alone.predict_on_batch(next(iter(batches(8))).windows)]
    return {"curve": curve.to_dict("list"), "masks": masks(network, among)}, arrays


@report_lost_machines()
def main(out: str, replicas: str, epochs: str, *names: str) -> None:
    among = choose_strategy(int(replicas))
    require_same_inputs(among, names)
    print("ready", flush=True)  # noqa: T201
    for name in names:
        found, arrays = trained(name, among, int(epochs))
        Path(f"{out}-{name}.json").write_text(json.dumps(found), encoding="utf-8")
        np.savez(f"{out}-{name}.npz", *arrays)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except TakhtError as error:
        sys.exit(f"error: {error}")
