"""Fit a network, watched by validation windows, and keep its best weights."""

from typing import Any

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from takht.batches import Batches
from takht.errors import TakhtError


def fit(
    network: keras.Model,
    training: Batches,
    validation: Batches,
    *,
    epochs: int,
    learning_rate: float,
    patience: int,
    xla: bool = False,
) -> pd.DataFrame:
    """Train `network` in place and return its learning curve, a row an epoch.

    Adam on cross-entropy, until the validation loss has not improved for `patience` epochs. The
    network then has the weights of the epoch with the lowest validation loss, the earliest of equal
    ones. Columns: epoch (from 1), loss, accuracy, validation_loss, validation_accuracy; losses
    include the weights' L2 penalty.

    Raises:
        TakhtError: a loss is not a finite number.
    """
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=xla,
    )
    best = keras.callbacks.EarlyStopping(
        monitor="val_loss", mode="min", patience=patience, restore_best_weights=True
    )
    with tqdm(total=epochs, desc=network.name, unit="epoch", disable=None) as bar:
        history = network.fit(
            training,
            validation_data=validation,
            epochs=epochs,
            shuffle=False,  # `training` shuffles itself, by name
            callbacks=[_Watch(bar), best],
            verbose=0,
        )
    curve = pd.DataFrame(history.history)
    curve.columns = curve.columns.str.replace("val_", "validation_")
    curve.insert(0, "epoch", np.arange(1, len(curve) + 1))
    return curve[["epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"]]


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Moves the progress bar, and stops a run that has lost its way."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        for name in ("loss", "val_loss"):
            if not np.isfinite(logs[name]):
                raise TakhtError(
                    f"training: epoch {epoch + 1}: {name} is {logs[name]}, not a finite number; "
                    "lower the experiment's learning_rate or switch mixed_precision off"
                )
        self._bar.set_postfix_str(f"validation accuracy {logs['val_accuracy']:.3f}")
        self._bar.update()
