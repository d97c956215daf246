"""Batches of windows, read from mapped arrays as they are needed."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.core.randomness import rng_for


class Batches:
    """Windows (batch, frames, bands) and their targets, in the rows' order, each once an epoch."""

    def __init__(
        self,
        read: Callable[[pd.DataFrame], Frames],
        rows: pd.DataFrame,
        targets: NDArray[np.int64],
        batch_size: int,
    ) -> None:
        self._read, self._rows, self._targets = read, rows, targets
        self._batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self._rows) // self._batch_size)

    def __getitem__(self, step: int) -> tuple[Frames, NDArray[np.int64]]:
        return self.at(self.places(step))

    def at(self, places: NDArray[np.int64]) -> tuple[Frames, NDArray[np.int64]]:
        """Return windows (n, frames, bands) and targets (n,) of the rows at places (n,).

        Targets are composer numbers; both they and places count from 0.
        """
        return self._read(self._rows.iloc[places]), self._targets[places]

    def places(self, step: int) -> NDArray[np.int64]:
        """Return the places of a batch's rows, from 0, shape (batch,)."""
        end = min(len(self._rows), (step + 1) * self._batch_size)
        return np.arange(step * self._batch_size, end)

    def shuffle(self, epoch: int) -> None:
        """Get ready for an epoch: the order stays."""


class ShuffledBatches(Batches):
    """Full batches in an order drawn again each epoch, at most `max_steps` of them an epoch.

    What an epoch leaves out (a last partial batch, or all beyond `max_steps`) is drawn again too.
    """

    def __init__(
        self,
        read: Callable[[pd.DataFrame], Frames],
        rows: pd.DataFrame,
        targets: NDArray[np.int64],
        batch_size: int,
        *,
        max_steps: int,
        seed: int,
    ) -> None:
        super().__init__(read, rows, targets, batch_size)
        self._steps = min(max(1, len(rows) // batch_size), max_steps)
        self._seed = seed
        self.shuffle(0)

    def __len__(self) -> int:
        return self._steps

    def places(self, step: int) -> NDArray[np.int64]:
        """Return the places of a batch's rows in this epoch, from 0, shape (batch,)."""
        return self._order[super().places(step)]

    def shuffle(self, epoch: int) -> None:
        """Draw the order of an epoch from the seed and the epoch's number."""
        self._order = rng_for(self._seed, "epoch", epoch).permutation(len(self._rows))
