"""A folder of features: a float16 array (frames, bands) a recording, and an index of its segments.

settings.json           what the numbers are: kind, sample_rate_hz, n_fft, hop_samples …
index.csv               recording, copy, segment, first_frame, frames
<composer>/<stem>.npy   the recording's segments end to end; copy 0, then altered copies 1, 2 …
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from takht import tables
from takht.spectra import Frames


@dataclass(frozen=True)
class Piece:
    """Features of one segment of one copy of a recording; `frames` has shape (frames, bands).

    `start_seconds` is where the segment starts in the recording; of an altered copy, its original.
    """

    copy: int
    segment: int
    start_seconds: float
    frames: Frames


def write_recording(
    folder: Path,
    recording: str,
    pieces: Sequence[Piece],
    dtype: type[np.floating[Any]] = np.float16,
) -> pd.DataFrame:
    """Write a recording's array below `folder` and return its rows of the index."""
    path = array_path(folder, recording)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.concatenate([piece.frames for piece in pieces]).astype(dtype))
    lengths = np.array([len(piece.frames) for piece in pieces])
    return pd.DataFrame(
        {
            "recording": recording,
            "copy": [piece.copy for piece in pieces],
            "segment": [piece.segment for piece in pieces],
            "start_seconds": [round(piece.start_seconds, 6) for piece in pieces],
            "first_frame": np.cumsum(lengths) - lengths,
            "frames": lengths,
        }
    )


def write_index(folder: Path, rows: Sequence[pd.DataFrame], settings: Mapping[str, Any]) -> None:
    """Write the index of all recordings and the settings the features were made with."""
    tables.write_table(pd.concat(rows, ignore_index=True), folder / "index.csv")
    text = json.dumps(dict(settings), indent=2) + "\n"
    (folder / "settings.json").write_text(text, encoding="utf-8")


def read_index(folder: Path) -> pd.DataFrame:
    """Return the index, a row a segment and copy.

    Its columns: recording, copy, segment, start_seconds, first_frame, frames.
    """
    numbers = dict.fromkeys(["copy", "segment", "first_frame", "frames"], "int64")
    numbers["start_seconds"] = "float64"
    return tables.read_table(folder / "index.csv", numbers)


def read_settings(folder: Path) -> dict[str, Any]:
    """Return what the features of the folder were made with."""
    settings: dict[str, Any] = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    return settings


def open_array(folder: Path, recording: str) -> np.ndarray[Any, np.dtype[np.floating[Any]]]:
    """Return a recording's array, shape (frames, bands), mapped from disk and not read yet."""
    array: np.ndarray[Any, np.dtype[np.floating[Any]]] = np.load(
        array_path(folder, recording), mmap_mode="r", allow_pickle=False
    )
    return array


def pieces(folder: Path, recording: str, rows: pd.DataFrame) -> Iterator[Piece]:
    """Yield the pieces that the recording's rows of the index stand for, frames as float32."""
    levels = open_array(folder, recording)
    columns = ["copy", "segment", "start_seconds", "first_frame", "frames"]
    for copy, segment, start, first, frames in zip(
        *(rows[c].tolist() for c in columns), strict=True
    ):
        yield Piece(copy, segment, start, levels[first : first + frames].astype(np.float32))


def array_path(folder: Path, recording: str) -> Path:
    """Return where the array of a recording stands."""
    return folder / f"{recording}.npy"
