"""A folder of features: an array (frames, bands) for each recording, and an index of segments.

Spectra are float16, statistics of windows float32.

settings.json           what the numbers are: kind, sample_rate_hz, n_fft, hop_samples …
index.csv               recording, copy, segment, start_seconds, first_frame, frames
<recording>.npy         the recording's segments end to end; copy 0, then altered copies 1, 2 …
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from takht.core import tables
from takht.core.arrays import Frames
from takht.errors import TakhtError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["recording", "copy", "segment", "start_seconds", "first_frame", "frames"]
IndexRows = list[tuple[int, int, float, int, int]]  # the columns after the first, a piece a row


@dataclass(frozen=True)
class FeaturePiece:
    """Features of one segment of one copy of a recording; `frames` has shape (frames, bands).

    `start_seconds` is where the segment starts in the recording; of an altered copy, its original.
    """

    copy: int
    segment: int
    start_seconds: float
    frames: Frames


def write_pieces(
    path: Path, pieces: Iterable[FeaturePiece], dtype: type[np.floating[Any]] = np.float16
) -> IndexRows:
    """Write a recording's array, a piece at a time, and return its rows of the index.

    The bytes are those of `np.save` for the whole array, in the memory of one piece.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rows: IndexRows = []
    total = 0
    with path.open("wb") as file:
        for piece in pieces:
            if not total:
                _write_header(file, 0, piece.frames, dtype)
            file.write(np.ascontiguousarray(piece.frames, dtype).data)
            start_seconds = round(piece.start_seconds, 6)
            rows.append((piece.copy, piece.segment, start_seconds, total, len(piece.frames)))
            total += len(piece.frames)
        # NumPy leaves room for the number of frames to grow.
        _write_header(file, total, piece.frames, dtype)
    return rows


def _write_header(file: BinaryIO, frames: int, like: Frames, dtype: type[np.floating[Any]]) -> None:
    file.seek(0)
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False}
    np.lib.format.write_array_header_1_0(file, {**header, "shape": (frames, *like.shape[1:])})


def write_index(
    folder: Path, rows_of: Mapping[str, IndexRows], settings: Mapping[str, Any]
) -> None:
    """Write the index of all recordings and the settings the features were made with."""
    rows = [
        (name, copy, segment, float(start_seconds), first, frames)
        for name, rows in rows_of.items()
        for copy, segment, start_seconds, first, frames in rows
    ]
    tables.write_rows(folder / "index.csv", COLUMNS, rows)
    text = json.dumps(dict(settings), indent=2) + "\n"
    (folder / "settings.json").write_text(text, encoding="utf-8")


def read_index_rows(folder: Path) -> dict[str, IndexRows]:
    """Return the rows of each recording in the index; recordings by name."""
    kinds = dict(zip(COLUMNS, (str, int, int, float, int, int), strict=True))
    rows_of: dict[str, IndexRows] = {}
    for name, *row in tables.read_rows(folder / "index.csv", kinds):
        rows_of.setdefault(name, []).append(tuple(row))
    return dict(sorted(rows_of.items()))


def read_index(folder: Path) -> "pd.DataFrame":
    """Return the index, a row a segment and copy.

    Its columns: recording, copy, segment, start_seconds, first_frame, frames.
    """
    numbers = dict.fromkeys(["copy", "segment", "first_frame", "frames"], "int64")
    numbers["start_seconds"] = "float64"
    return tables.read_table(folder / "index.csv", numbers)


def read_settings(folder: Path) -> dict[str, Any]:
    """Return what the features of the folder were made with.

    Raises:
        TakhtError: they are no JSON object.
    """
    path = folder / "settings.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _corrupt(path, error) from None
    if not isinstance(settings, dict):
        raise _corrupt(path, "no object")
    return settings


def open_array(folder: Path, recording: str) -> np.ndarray[Any, np.dtype[np.floating[Any]]]:
    """Return a recording's array, shape (frames, bands), mapped from disk and not read yet.

    Its unit is that of settings.json.

    Raises:
        TakhtError: the file holds anything else than numbers, such as objects to unpickle.
    """
    path = array_path(folder, recording)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (
        EOFError,
        MemoryError,
        OverflowError,
        RecursionError,
        SyntaxError,
        TokenError,
        TypeError,
        ValueError,
    ) as error:  # NumPy reads the header as Python, and maps the rest
        raise _corrupt(path, error) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        raise _corrupt(path, "no array of floats")
    return array


def read_array(folder: Path, recording: str, into: np.ndarray[Any, Any]) -> None:
    """Read a recording's array, shape (frames, bands), into an array of its shape and type.

    Raises:
        TakhtError: the file holds anything else.
    """
    array = open_array(folder, recording)
    path = array_path(folder, recording)
    if (array.shape, array.dtype) != (into.shape, into.dtype) or not array.flags.c_contiguous:
        raise _corrupt(path, f"{array.dtype} {array.shape}, not {into.dtype} {into.shape}")
    with path.open("rb") as file:  # faster than through the map, page by page
        file.seek(array.offset)  # type: ignore[attr-defined]
        file.readinto(into.data)


def _corrupt(path: Path, error: object) -> TakhtError:
    reason = " ".join(str(error).split())[:200]
    return TakhtError(
        f"{path}: not what the stage wrote ({reason}); restore it with `dvc checkout` or remove "
        "it and run `dvc repro`"
    )


def read_pieces(folder: Path, recording: str, rows: IndexRows) -> Iterator[FeaturePiece]:
    """Yield the pieces that the recording's rows of the index stand for, frames as float32."""
    levels = open_array(folder, recording)
    for copy, segment, start, first, frames in rows:
        yield FeaturePiece(copy, segment, start, levels[first : first + frames].astype(np.float32))


def array_path(folder: Path, recording: str) -> Path:
    """Return where the array of a recording stands."""
    return folder / f"{recording}.npy"
