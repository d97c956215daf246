"""Fit a network, watched by validation windows, and keep its best weights."""

from typing import Any

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from takht.dataset.batches import Batches
from takht.errors import TakhtError
from takht.training.replicas import choose_strategy, prepare_replicas
from takht.training.step import TrainStep


def train_network(
    network: keras.Model,
    training: Batches,
    validation: Batches,
    *,
    epochs: int,
    learning_rate: float,
    patience: int,
    xla: bool = False,
    among: Any = None,
) -> pd.DataFrame:
    """Train `network` in place and return its learning curve, a row an epoch.

    Adam on cross-entropy, until the validation loss has not improved for `patience` epochs. The
    network then has the weights of the epoch with the lowest validation loss, the earliest of equal
    ones. Columns: epoch (from 1), loss, accuracy, validation_loss, validation_accuracy; losses
    include the weights' L2 penalty. `among` is the strategy in whose scope the network was built.

    Raises:
        TakhtError: a loss is not a finite number.
    """
    among = among or choose_strategy(1)
    prepare_replicas(network, among)
    steps = TrainStep(network, among, learning_rate=learning_rate, xla=xla)
    return _fit(network, steps, training, validation, epochs=epochs, patience=patience)


def _fit(
    network: keras.Model,
    steps: TrainStep,
    training: Batches,
    validation: Batches,
    *,
    epochs: int,
    patience: int,
) -> pd.DataFrame:
    rows: list[tuple[float, ...]] = []
    best_epoch, best_loss, best_weights = 0, np.inf, network.get_weights()
    with tqdm(total=epochs, desc=network.name, unit="epoch", disable=None) as bar:
        for epoch in range(1, epochs + 1):
            training.on_epoch_end()  # before, so that orders bear the epochs' numbers, from 1
            row = (*steps.train(training), *steps.judge(validation))
            _check(epoch, loss=row[0], validation_loss=row[2])
            rows.append((epoch, *row))
            if row[2] < best_loss:
                best_epoch, best_loss, best_weights = epoch, row[2], network.get_weights()
            bar.set_postfix_str(f"validation accuracy {row[3]:.3f}")
            bar.update()
            if epoch - best_epoch >= patience:
                break
    network.set_weights(best_weights)
    names = ["epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"]
    return pd.DataFrame(rows, columns=names)


def _check(epoch: int, **losses: float) -> None:
    for name, loss in losses.items():
        if not np.isfinite(loss):
            raise TakhtError(
                f"training: epoch {epoch}: {name} is {loss}, not a finite number; "
                "lower the experiment's learning_rate or switch mixed_precision off"
            )
