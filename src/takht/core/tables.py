"""CSV tables in UTF-8 whose text stays text, whatever it looks like, to whatever opens them.

Spreadsheets run a cell that begins like a formula. In files such a cell begins with an apostrophe,
which they show as text, and which is gone when the table is read here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from takht.errors import TakhtError

if TYPE_CHECKING:
    import pandas as pd  # a fifth of a second, which stages with nothing to do save

# What begins a formula, at the start of a cell or of what a spreadsheet may take for the next one:
# where decimals have commas, cells end at semicolons. Wide letters count in East Asia.
_CELL = r"(?:\A|(?<=[;\t\r\n]))"
_FORMULA = r"(?='*[=+\-@\t\r\n＝＋－＠])"
_TO_MARK = re.compile(_CELL + _FORMULA)
_MARKED = re.compile(f"{_CELL}'{_FORMULA}")


def mark_formulas(text: str) -> str:
    """Return the text with an apostrophe before whatever a spreadsheet would run."""
    return _TO_MARK.sub("'", text)


def unmark_formulas(text: str) -> str:
    """Return the text that `mark_formulas` was given."""
    return _MARKED.sub("", text)


def disarm_markup(text: str) -> str:
    """Return the text with angles that no browser takes for markup, for pages of other programs."""
    return text.replace("<", "‹").replace(">", "›")


def read_table(path: Path, numbers: Mapping[str, str] | None = None) -> "pd.DataFrame":
    """Return the table: columns in `numbers` with those dtypes, all others as text, as written.

    A composer called "NA", "1e5" or "001" stays one; an empty cell is the empty text.

    Raises:
        TakhtError: not UTF-8, not a table, or a number that is none.
    """
    with path.open("rb") as file:
        return parse_table(file, str(path), numbers)


def parse_table(
    file: BinaryIO, where: str, numbers: Mapping[str, str] | None = None
) -> "pd.DataFrame":
    """Return the table that an open file holds, as `read_table` does.

    Raises:
        TakhtError: not UTF-8, not a table, a row longer or shorter than the first, or a number that
            is none.
    """
    import pandas as pd

    try:
        # Numbers are read as text first: pandas' own parser may miss the last bit. The first line
        # is read as a row: with a head, pandas shifts rows that are longer.
        frame = pd.read_csv(
            file,
            header=None,
            dtype="str",
            keep_default_na=False,
            na_filter=False,
            encoding="utf-8-sig",  # spreadsheets put a mark before UTF-8
        )
        head = frame.iloc[0].tolist()
        _refuse_twice(head)
        frame = frame.iloc[1:].reset_index(drop=True).set_axis(head, axis=1)
        if (frame[head[-1]] == "").any():  # pandas fills rows that are too short
            file.seek(0)
            text = io.StringIO(file.read().decode("utf-8-sig"), newline="")
            _refuse_ragged(csv.reader(text), len(head))
        frame = _map_cells(frame, _MARKED.pattern, unmark_formulas)
        return frame.astype(dict(numbers or {}))
    except (ValueError, KeyError, OverflowError, csv.Error) as error:  # pandas' are ValueErrors
        reason = " ".join(str(error).split())
        raise TakhtError(f"{where}: not a UTF-8 CSV table ({reason}); fix the file") from None


def read_rows(path: Path, columns: Mapping[str, Callable[[str], Any]]) -> list[tuple[Any, ...]]:
    """Return the cells of these columns, row by row, each as its column's type, without pandas.

    Raises:
        TakhtError: not UTF-8, not a table, without such a column, or a cell is not of its type.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if row]
        if not rows:
            raise ValueError("it is empty")
        names = [unmark_formulas(name) for name in rows.pop(0)]
        _refuse_twice(names)
        if missing := [name for name in columns if name not in names]:
            raise ValueError(f"no column {missing[0]!r}, only {', '.join(names)}")
        _refuse_ragged(rows, len(names))
        places = [(names.index(name), kind) for name, kind in columns.items()]
        return [tuple(kind(unmark_formulas(row[place])) for place, kind in places) for row in rows]
    except (ValueError, csv.Error) as error:
        raise TakhtError(f"{path}: not a UTF-8 CSV table ({error}); fix the file") from None


def _refuse_twice(head: Sequence[str]) -> None:
    if twice := sorted({name for name in head if head.count(name) > 1}):
        raise ValueError(f"column {twice[0]!r} appears twice")


def _refuse_ragged(rows: Iterable[Sequence[str]], columns: int) -> None:
    for row in filter(None, rows):  # a blank line is no row
        if len(row) != columns:
            raise ValueError(f"{len(row)} cells in a row, {columns} columns")


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write the bytes that `write_table` writes of a table with these rows, without pandas.

    Raises:
        ValueError: a cell is no number (NaN).
    """
    marked = [
        [mark_formulas(cell) if isinstance(cell, str) else cell for cell in row]
        for row in (columns, *rows)
    ]
    if any(cell != cell for row in marked for cell in row):
        raise ValueError(f"{path}: NaN in a row")
    returns = any(isinstance(cell, str) and "\r" in cell for row in marked for cell in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(
            file,
            lineterminator="\n",
            quoting=csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL,
        )
        writer.writerows(marked)


def write_table(frame: "pd.DataFrame", path: Path) -> None:
    """Write the table as UTF-8 with LF line ends: equal tables become equal bytes."""
    frame = _map_cells(frame, _TO_MARK.pattern, mark_formulas)
    text = frame.select_dtypes(["object", "str"])
    # Python's writer leaves a lone carriage return unquoted, which then reads as a line end.
    returns = any(text[name].str.contains("\r", regex=False).any() for name in text)
    quoting = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", quoting=quoting)


def write_plot(frame: "pd.DataFrame", path: Path) -> None:
    """Write a table that `dvc plots show` puts into its page, which runs markup in any text."""
    write_table(_map_cells(frame, "[<>]", disarm_markup), path)


def _map_cells(frame: "pd.DataFrame", pattern: str, change: Callable[[str], str]) -> "pd.DataFrame":
    """Return the table with its heads and those text cells changed that the pattern is found in."""
    columns = {}
    for name in frame.select_dtypes(["object", "str"]):
        found = frame[name].str.contains(pattern, regex=True)
        if found.any():
            columns[name] = frame[name].where(~found, frame[name].map(change))
    return frame.assign(**columns).rename(columns=change)
