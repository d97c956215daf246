"""Fit a network, watched by validation windows, and keep its best weights."""

from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm import tqdm

from takht.cache.checkpoint import Checkpoint
from takht.dataset.batches import Batches
from takht.errors import TakhtError
from takht.training.network_inputs import NetworkInputs
from takht.training.replicas import choose_strategy, prepare_replicas
from takht.training.step import TrainStep


def train_network(
    network: keras.Model,
    training: Batches,
    validation: Batches,
    inputs: NetworkInputs,
    *,
    epochs: int,
    learning_rate: float,
    patience: int,
    xla: bool = False,
    strategy: Any = None,
    checkpoint: Checkpoint | None = None,
) -> pd.DataFrame:
    """Train `network` in place and return its learning curve, a row an epoch.

    Adam on cross-entropy, until the validation loss has not improved for `patience` epochs. The
    network then has the weights of the epoch with the lowest validation loss, the earliest of equal
    ones. Columns: epoch (from 1), loss, accuracy, validation_loss, validation_accuracy; losses
    include the weights' L2 penalty. `strategy` is the one in whose scope the network was built.
    From an opened `checkpoint` a training goes on where it was killed.

    Raises:
        TakhtError: a loss is not a finite number, or XLA cannot compile the network.
    """
    strategy = strategy or choose_strategy(1)
    prepare_replicas(network, strategy)
    steps = TrainStep(network, strategy, inputs, learning_rate=learning_rate, xla=xla)
    kept = checkpoint or Checkpoint()
    try:
        return _fit(
            network, steps, training, validation, epochs=epochs, patience=patience, checkpoint=kept
        )
    except tf.errors.UnimplementedError as error:
        if not xla:
            raise
        reason = str(error).partition("\n")[0]
        raise TakhtError(
            f"training: XLA cannot compile {network.name} ({reason}); set "
            "scales.SCALE.training.xla: false"
        ) from None


def _fit(
    network: keras.Model,
    steps: TrainStep,
    training: Batches,
    validation: Batches,
    *,
    epochs: int,
    patience: int,
    checkpoint: Checkpoint,
) -> pd.DataFrame:
    rows: list[list[float]] = []
    best_epoch, best_loss, best_weights = 0, np.inf, network.get_weights()
    if kept := checkpoint.load(steps.variables):
        (rows, best_epoch, best_loss), best_weights = kept
    done = len(rows)
    with tqdm(total=epochs, initial=done, desc=network.name, unit="epoch", disable=None) as bar:
        for epoch in range(done + 1, epochs + 1):
            if epoch - 1 - best_epoch >= patience:
                break
            training.shuffle(epoch)
            row = (*steps.train(training), *steps.judge(validation))
            _check(epoch, loss=row[0], validation_loss=row[2])
            rows.append([epoch, *row])
            if row[2] < best_loss:
                best_epoch, best_loss, best_weights = epoch, row[2], network.get_weights()
            bar.set_postfix_str(f"validation accuracy {row[3]:.3f}")
            bar.update()
            if checkpoint.is_due():
                note = [rows, best_epoch, best_loss]
                checkpoint.save(epoch, note, steps.variables, best_weights)
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
