"""Windows as they are stored, gathered from recordings that are in memory a group at a time."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from takht.dataset.feature_folder import open_array, read_array
from takht.dataset.windows import FeatureFolder

GROUP_BYTES = 2**29  # of features in memory; as many are read ahead

Places = NDArray[np.int64]
Raw = NDArray[np.floating[Any]]
T = TypeVar("T")


class _Group(NamedTuple):
    """Recordings end to end, and the first frame of each there."""

    memory: Raw
    begins: NDArray[np.int64]


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
        self._all: _Group | None = None

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
        free: list[Raw] = []  # memory of groups that are done: new memory is slow
        groups = run_ahead((self._load(part, free) for part in np.split(order, begins[1:])), 1)
        cuts = np.union1d(begins, np.arange(0, len(order), batch_size)).tolist()
        first_of_group, first = set(begins.tolist()), 0
        pieces: list[Raw] = []  # of one group and one batch each
        here: _Group | None = None
        for start, end in pairwise([*cuts, len(order)]):
            if start in first_of_group:
                if here is not None:
                    free.append(here.memory)
                here = next(groups)
            assert here is not None
            pieces.append(self._gather(here, order[start:end]))
            if end % batch_size == 0 or end == len(order):
                whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
                yield order[first:end], whole
                pieces, first = [], end

    def _load(self, places: Places, free: list[Raw]) -> _Group:
        """Return the recordings that the places are of, or all where they fit."""
        if not self.is_one_group:
            return self._read(np.unique(self.recording[places]), free)
        if self._all is None:
            self._all = self._read(np.arange(len(self._names)), free)
        return self._all

    def _read(self, recordings: NDArray[np.integer[Any]], free: list[Raw]) -> _Group:
        ends = np.cumsum(self._lengths[recordings])
        begins = np.zeros(len(self._names), np.int64)
        begins[recordings] = ends - self._lengths[recordings]
        frame_bytes = self._bands * self.dtype.itemsize
        most = min(self._lengths.sum(), GROUP_BYTES // frame_bytes + 1 + self._lengths.max())
        memory = free.pop() if free else np.empty((most, self._bands), self.dtype)
        for number, end in zip(recordings, ends, strict=True):
            read_array(self._folder, self._names[number], memory[begins[number] : end])
        return _Group(memory, begins)

    def _gather(self, group: _Group, places: Places) -> Raw:
        memory, (row, item) = group.memory, group.memory.strides
        shape = (len(memory) - self._frames + 1, self._frames * self._bands)
        every = as_strided(memory, shape, (row, item), writeable=False)
        flat: Raw = every[group.begins[self.recording[places]] + self._first[places]]
        return flat.reshape(len(places), self._frames, self._bands)


def run_ahead(items: Iterator[T], ahead: int) -> Iterator[T]:
    """Yield the items, of which a thread takes so many before they are asked for."""
    end: Any = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, items, end) for _ in range(ahead))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, items, end))
            yield item
