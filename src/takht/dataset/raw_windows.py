"""Windows as they are stored, gathered from recordings that are in memory a group at a time."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from takht.dataset.feature_folder import open_array
from takht.dataset.windows import FeatureFolder

GROUP_BYTES = 2**29  # of features in memory; as many are read ahead

Places = NDArray[np.int64]
Raw = NDArray[np.floating[Any]]
T = TypeVar("T")


class RawWindows:
    """The windows that rows of a table name, asked for by the rows' places, from 0.

    A window takes 8 bytes of memory until it is read.
    """

    def __init__(self, features: FeatureFolder, rows: pd.DataFrame, frames: int) -> None:
        """Take recording and first_frame of the rows; windows have so many frames."""
        codes, names = pd.factorize(rows["recording"])
        self.recording = codes.astype(np.int32)  # a number each, in order of appearance
        self._first = rows["first_frame"].to_numpy(np.int32)
        self._names, self._frames, self._folder = list(names), frames, features.folder
        like = open_array(self._folder, self._names[0])
        self.dtype, self._bands = like.dtype, like.shape[1]
        lengths = features.index.groupby("recording")["frames"].sum()
        self._lengths = lengths.loc[self._names].to_numpy(np.int64)
        self.bytes = self._lengths * self._bands * self.dtype.itemsize  # of each recording
        self._all: Callable[[Places], Raw] | None = None

    def __len__(self) -> int:
        return len(self._first)

    @property
    def is_one_group(self) -> bool:
        """Whether all recordings are in memory together."""
        return bool(self.bytes.sum() <= GROUP_BYTES)

    def read_batches(
        self, order: Places, group: NDArray[np.integer[Any]], batch_size: int
    ) -> Iterator[tuple[Places, Raw]]:
        """Yield each batch's places (batch,) and windows (batch, frames, bands), read by a thread.

        `order` (n,) has the places, `group` (n,) numbers that never fall: of each number the
        recordings are in memory together. Windows have the features' type and unit.
        """
        return run_ahead(self._batches(order, group, batch_size), 4)

    def _batches(
        self, order: Places, group: NDArray[np.integer[Any]], batch_size: int
    ) -> Iterator[tuple[Places, Raw]]:
        begins = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
        parts = np.split(order, begins[1:])
        groups = run_ahead((self._load(part) for part in parts), 1)
        batches = np.arange(0, len(order), batch_size)
        first_of_group, first = set(begins.tolist()), 0
        pieces: list[Raw] = []  # of one group and one batch each
        for start, end in pairwise([*np.union1d(begins, batches).tolist(), len(order)]):
            if start in first_of_group:
                gather = next(groups)
            pieces.append(gather(order[start:end]))
            if end % batch_size == 0 or end == len(order):
                whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
                yield order[first:end], whole
                pieces, first = [], end

    def _load(self, places: Places) -> Callable[[Places], Raw]:
        """Return what gathers windows of the recordings that the places are of."""
        if not self.is_one_group:
            return self._read(np.unique(self.recording[places]))
        if self._all is None:
            self._all = self._read(np.arange(len(self._names)))
        return self._all

    def _read(self, recordings: NDArray[np.integer[Any]]) -> Callable[[Places], Raw]:
        ends = np.cumsum(self._lengths[recordings])
        begins = np.zeros(len(self._names), np.int64)
        begins[recordings] = ends - self._lengths[recordings]
        memory = np.empty((ends[-1], self._bands), self.dtype)
        for number, end in zip(recordings, ends, strict=True):
            array = open_array(self._folder, self._names[number])
            np.copyto(memory[begins[number] : end], array, casting="safe")
        row, item = memory.strides
        shape = (len(memory) - self._frames + 1, self._frames * self._bands)
        every = as_strided(memory, shape, (row, item), writeable=False)

        def gather(places: Places) -> Raw:
            flat: Raw = every[begins[self.recording[places]] + self._first[places]]
            return flat.reshape(len(places), self._frames, self._bands)

        return gather


def run_ahead(items: Iterator[T], ahead: int) -> Iterator[T]:
    """Yield the items, of which a thread takes so many before they are asked for."""
    end: Any = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, items, end) for _ in range(ahead))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, items, end))
            yield item
