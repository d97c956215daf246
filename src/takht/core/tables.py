"""CSV tables in UTF-8 whose text stays text, whatever it looks like."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from takht.errors import TakhtError


def read_table(path: Path, numbers: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the table: columns in `numbers` with those dtypes, all others as text, as written.

    A composer called "NA", "1e5" or "001" stays one; an empty cell is the empty text.

    Raises:
        TakhtError: not UTF-8, not a table, or a number that is none.
    """
    try:
        # Numbers are read as text first: pandas' own parser may miss the last bit.
        frame = pd.read_csv(
            path,
            dtype="str",
            keep_default_na=False,
            na_filter=False,
            encoding="utf-8-sig",  # spreadsheets put a mark before UTF-8
        )
        return frame.astype(dict(numbers or {}))
    except ValueError as error:  # pandas' parser errors and UnicodeDecodeError are ValueErrors
        reason = " ".join(str(error).split())
        raise TakhtError(f"{path}: not a UTF-8 CSV table ({reason}); fix the file") from None


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write the table as UTF-8 with LF line ends: equal tables become equal bytes."""
    text = frame.select_dtypes(["object", "str"])
    # Python's writer leaves a lone carriage return unquoted, which then reads as a line end.
    returns = any(text[name].str.contains("\r", regex=False).any() for name in text)
    quoting = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", quoting=quoting)
