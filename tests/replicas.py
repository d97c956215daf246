"""Trains a small network as test_replication.py asks: `python replicas.py OUT REPLICAS NETWORK`.

Prints `ready` when the machines have found one another; OUT gets the learning curve, weights and
the masks that replicas of this machine drop.
"""

import json
import sys
from pathlib import Path

from takht import determinism

determinism.set_up(1)

import keras  # noqa: E402 (not before TensorFlow is set up)
import numpy as np  # noqa: E402
from test_training import BANDS, COMPOSERS, FRAMES, batches  # noqa: E402

from takht import networks, replication  # noqa: E402
from takht.errors import TakhtError  # noqa: E402
from takht.training import fit  # noqa: E402


def masks(network: keras.Model, among: object) -> list[list[bool]]:
    """Return what a dropout layer leaves of ones, in each replica of this machine."""
    (layer, *_) = (each for each in network.layers if isinstance(each, keras.layers.Dropout))
    drop = among.run(lambda: layer(np.ones((1, 64), np.float32), training=True))
    return [(each.numpy()[0] > 0).tolist() for each in among.experimental_local_results(drop)]


@replication.together()
def main(out: str, replicas: str, name: str, epochs: str = "3", *options: str) -> None:
    among = replication.strategy(int(replicas))
    size = {"frames": FRAMES, "bands": BANDS, "composers": COMPOSERS, "width": 0.0625}
    with among.scope():
        network = networks.build(name, **size, seed=1, mixed_precision="mixed" in options)
    rates = {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dropout):
            rates[layer], layer.rate = layer.rate, 0  # masks cannot be those of one device
    replication.check_alike(among, options)
    print("ready", flush=True)  # noqa: T201
    curve = fit(
        network,
        batches(144, max_steps=9, seed=1),
        batches(49),  # a last batch of one window
        epochs=int(epochs),
        learning_rate=0.001,
        patience=99,
        among=among,
    )
    for layer, rate in rates.items():
        layer.rate = rate
    found = {"curve": curve.to_dict("list"), "masks": masks(network, among)}
    alone = replication.single(network, among)
    Path(f"{out}.json").write_text(json.dumps(found), encoding="utf-8")
    np.savez(f"{out}.npz", *alone.get_weights(), alone.predict_on_batch(batches(8)[0][0]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except TakhtError as error:
        sys.exit(f"error: {error}")
