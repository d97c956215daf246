"""Clips, which are segments of the recordings of one side, read from features when asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
import pandas as pd

from takht.core.arrays import Frames
from takht.dataset.feature_folder import open_array, read_index
from takht.errors import TakhtError


class Clips(Sequence[Frames]):
    """Spectrograms, float32, shape (frames, bins) each, in the order of the features' index."""

    def __init__(self, folder: Path, split: pd.DataFrame, side: str, *, least_frames: int) -> None:
        """Name the clips of a side, without reading them; shorter ones are left out.

        Raises:
            TakhtError: the side has none.
        """
        index = read_index(folder)
        sides = dict(zip(split["recording"], split["side"], strict=True))
        composers = dict(zip(split["recording"], split["composer"], strict=True))
        wanted = (index["recording"].map(sides) == side) & (index["frames"] >= least_frames)
        self.rows = index[wanted].reset_index(drop=True)
        self.rows["composer"] = self.rows["recording"].map(composers)
        self._folder = folder
        if self.rows.empty:
            raise TakhtError(
                f"{folder}: no segment of the {side} side has the {least_frames} frames of a clip; "
                "add recordings or fix the split"
            )

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Frames: ...
    @overload
    def __getitem__(self, place: slice) -> list[Frames]: ...
    def __getitem__(self, place: int | slice) -> Frames | list[Frames]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        row = self.rows.iloc[place]
        array = open_array(self._folder, row["recording"])
        first = row["first_frame"]
        return np.asarray(array[first : first + row["frames"]], np.float32)

    def __iter__(self) -> Iterator[Frames]:
        return (self[number] for number in range(len(self)))
