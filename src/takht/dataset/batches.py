"""Batches of windows as they are stored, with their masks and targets."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.randomness import rng_for
from takht.dataset import raw_windows
from takht.dataset.raw_windows import Places, Raw, RawWindows


class Batch(NamedTuple):
    """Windows, the bands that are masked in each, and their targets."""

    windows: Raw  # (batch, frames, bands), of the features' type and unit
    masks: NDArray[np.int32]  # (batch, 2): first band and number of bands
    targets: NDArray[np.int64]  # (batch,)


class Batches:
    """All windows in the rows' order, each once an epoch."""

    def __init__(
        self,
        source: RawWindows,
        batch_size: int,
        *,
        targets: NDArray[np.integer[Any]] | None = None,
        masks: NDArray[np.integer[Any]] | None = None,
    ) -> None:
        """Take targets (n,) and masks (n, 2) of the source's rows; 0 and no masks by default."""
        self._source, self._batch_size = source, batch_size
        self._targets = np.zeros(len(source), np.int16) if targets is None else targets
        self._masks = masks

    def __len__(self) -> int:
        return -(-len(self._source) // self._batch_size)

    def __iter__(self) -> Iterator[Batch]:
        order, group = self._drawn()
        for places, windows in self._source.read_batches(order, group, self._batch_size):
            none = np.zeros((len(places), 2), np.int32)
            masks = none if self._masks is None else self._masks[places].astype(np.int32)
            yield Batch(windows, masks, self._targets[places].astype(np.int64))

    def shuffle(self, epoch: int) -> None:
        """Get ready for an epoch: the order stays."""

    def _drawn(self) -> tuple[Places, NDArray[np.integer[Any]]]:
        """Return the places of all windows of an epoch, and the group of each."""
        recording = self._source.recording
        first = np.diff(recording, prepend=recording[0] - 1) != 0  # of a recording's windows
        groups = _number_groups(self._source.bytes[recording[first]])
        return np.arange(len(recording)), groups[np.cumsum(first) - 1]


class ShuffledBatches(Batches):
    """Full batches in an order drawn again each epoch, at most `max_steps` of them an epoch.

    What an epoch leaves out (a last partial batch, or all beyond `max_steps`) is drawn again too.
    Where the recordings do not fit into memory together, their order is drawn first, then that of
    the windows of each group that fits.
    """

    def __init__(
        self,
        source: RawWindows,
        batch_size: int,
        *,
        targets: NDArray[np.integer[Any]] | None = None,
        masks: NDArray[np.integer[Any]] | None = None,
        max_steps: int,
        seed: int,
    ) -> None:
        super().__init__(source, batch_size, targets=targets, masks=masks)
        self._steps = min(max(1, len(source) // batch_size), max_steps)
        self._seed, self._epoch = seed, 0

    def __len__(self) -> int:
        return self._steps

    def shuffle(self, epoch: int) -> None:
        """Take the order of an epoch, which depends on the seed and the epoch's number."""
        self._epoch = epoch

    def _drawn(self) -> tuple[Places, NDArray[np.integer[Any]]]:
        rng = rng_for(self._seed, "epoch", self._epoch)
        order = rng.permutation(len(self._source))
        group = np.zeros(len(order), np.int32)
        if not self._source.is_one_group:
            recordings = rng.permutation(len(self._source.bytes))
            of_recording = np.empty_like(group, shape=len(recordings))
            of_recording[recordings] = _number_groups(self._source.bytes[recordings])
            group = of_recording[self._source.recording[order]]
            by_group = np.argsort(group, kind="stable")
            order, group = order[by_group], group[by_group]
        used = self._steps * self._batch_size
        return order[:used], group[:used]


def _number_groups(sizes: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
    """Return the group, from 0, of pieces in a row: so many in a group as fit into memory."""
    before = np.cumsum(sizes) - sizes
    return np.asarray(before // raw_windows.GROUP_BYTES, np.int32)
