"""Windows: fixed-length views into feature arrays, cut when they are read and never stored."""

from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from takht.core.arrays import TOP_DB, Frames
from takht.dataset.feature_folder import open_array, read_index, read_settings
from takht.errors import TakhtError
from takht.runtime.params import Section

_OPEN_ARRAYS = 256  # a memory map each; far below what a process may hold open


class WindowSize(Section):
    """How long a window is and how far the next one starts after it, in frames."""

    at: ClassVar[str] = "scales.{scale}.windows"
    frames: int = Field(ge=1, le=10_000, description="length of a window, frames")
    step_frames: int = Field(ge=1, le=10_000, description="from window to window, frames")


class FeatureFolder:
    """A folder of features, read by the window."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = read_settings(folder)
        self.index = read_index(folder)
        self._open = lru_cache(_OPEN_ARRAYS)(lambda name: open_array(folder, name))

    @property
    def bands(self) -> int:
        """Bands or coefficients of a frame."""
        return int(self._open(self.index["recording"].iloc[0]).shape[1])

    def windows(self, shape: WindowSize) -> pd.DataFrame:
        """Return every window: recording, copy, segment, start_seconds, first_frame.

        None crosses a segment. Features whose frames are windows already are taken one by one.

        Raises:
            TakhtError: a recording is too short for a single window.
        """
        if self.settings.get("frame") == "window":
            shape = WindowSize(frames=1, step_frames=1)
        rows = self.index
        counts = ((rows["frames"] - shape.frames) // shape.step_frames + 1).clip(lower=0)
        short = sorted(set(rows["recording"]) - set(rows["recording"][counts > 0]))
        if short:
            raise TakhtError(
                f"{self.folder}: {', '.join(short)}: no segment has the {shape.frames} frames of "
                "a window; lower windows.frames or raise catalogue.min_seconds"
            )
        table = rows.loc[rows.index.repeat(counts)].reset_index(drop=True)
        within = np.concatenate([np.arange(count) for count in counts])
        table["first_frame"] += within * shape.step_frames
        frame_seconds = self.settings["hop_samples"] / self.settings["sample_rate_hz"]
        table["start_seconds"] += within * shape.step_frames * frame_seconds
        return table[["recording", "copy", "segment", "start_seconds", "first_frame"]]

    def read(self, table: pd.DataFrame, frames: int) -> Frames:
        """Return the windows of the table's rows, float32, shape (rows, frames, bands).

        Levels in dB are held to the 80 dB below each window's own maximum.
        """
        batch = np.empty((len(table), frames, self.bands), dtype=np.float32)
        rows = zip(table["recording"], table["first_frame"], strict=True)
        for place, (recording, first) in enumerate(rows):
            batch[place] = self._open(recording)[first : first + frames]
        return limit_range(batch, self.settings["unit"])


def limit_range(windows: Frames, unit: str) -> Frames:
    """Return windows (n, frames, bands) with levels in dB held to the 80 dB below each's maximum.

    Other units stay as they are.
    """
    if unit != "dB":
        return windows
    floor = windows.max(axis=(1, 2), keepdims=True) - TOP_DB
    return np.asarray(np.maximum(windows, floor), np.float32)
