"""Tables that people write beside a corpus: each row is right, or named with what is wrong.

What is written there is compared and shown as one, whatever its Unicode form, blanks and marks.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from takht.core.regular_files import open_regular
from takht.errors import TakhtError
from takht.text import names

_MOST_BYTES = 2**27  # of a table; a million recordings take some 60 MB
_MOST_LETTERS_OF_FILE = 4096
_MOST_LETTERS = 500  # of any other field
_MOST_FAULTS = 20  # that are shown


class Row(NamedTuple):
    """A row of a table: where it stands, the name that it is about, and its cells, cleaned."""

    where: str
    name: str
    cells: Mapping[str, str]


def read_rows(
    root: Path, table: str, key: str, wanted: list[str], known: Iterable[str], only_with: str = ""
) -> list[Row]:
    """Return the rows of a table of the corpus, none where there is none.

    `key` is the column of names, `known` those that there are; of the columns `wanted` one is
    needed, in every row. Without the column `only_with`, if one is named, no row is looked at.

    Raises:
        TakhtError: the table is none, or names each row at fault, and why.
    """
    path = root / table
    lines = _parse(path, _read_text(root, table))
    head = [names.clean(name) for name in lines[0][1]] if lines else []
    if not lines or (only_with and only_with not in head):
        return []
    columns = [key, *(name for name in wanted if name in head)]
    if key not in head or len(columns) == 1:
        raise TakhtError(
            f"{path}: columns {key} and {' or '.join(wanted)} are needed, got {head}; "
            f"write `{key},{wanted[0]}` as the first line"
        )
    if twice := [name for name in columns if head.count(name) > 1]:
        raise TakhtError(f"{path}: column {twice[0]} stands there twice; keep one")
    there = _Names(known)
    rows: list[Row] = []
    faults: list[str] = []
    taken: set[str] = set()
    for number, line in lines[1:]:
        where = f"{path}: row {number}"
        cells = dict.fromkeys([key, *wanted], "") | dict(zip(head, line, strict=False))
        shown = f"{where}: {key} {names.escape(names.to_nfc(cells[key]))!r}"
        if fault := _find_shape_fault(line, head, columns):
            faults.append(f"{where} {fault}")
            continue
        name = there.find(cells[key])
        if name is None:
            faults.append(f"{shown} is not in the corpus{there.advise(cells[key])}")
        elif name in taken:
            faults.append(f"{shown} stands there twice; keep one row")
        cells = {column: names.clean(cells[column]) for column in cells}
        if not any(cells[column] for column in wanted):
            what = " and no ".join(columns[1:])
            faults.append(f"{shown} has no {what}; write one or remove the row")
        if name is not None:
            taken.add(name)
            rows.append(Row(where, name, cells))
    raise_faults(faults)
    return rows


def raise_faults(faults: Iterable[str]) -> None:
    """Raise a TakhtError of the faults, the first of them in words, if there are any."""
    lines = list(faults)
    if rest := lines[_MOST_FAULTS:]:
        lines[_MOST_FAULTS:] = [f"{len(rest)} more rows are at fault; fix these first"]
    if lines:
        raise TakhtError("\n".join(lines))


def _find_shape_fault(line: list[str], head: list[str], columns: list[str]) -> str | None:
    """Return why a line is no row under its head, or None."""
    if not any(map(names.clean, line)):
        return "is blank; remove it"
    if len(line) > len(head):
        return (
            f"has {len(line)} fields, the first line {len(head)}; quote a text that holds commas, "
            "or remove the surplus commas"
        )
    for name, text in zip(head, line, strict=False):
        most = _MOST_LETTERS_OF_FILE if name == columns[0] else _MOST_LETTERS
        if name in columns and len(text) > most:
            return f"has {len(text)} letters of {name}, at most {most} are let in; shorten it"
    return None


class _Names:
    """The names that a table may use, found by any spelling that people take for the same."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {names.to_nfc(name) for name in known}
        self._loose: dict[str, list[str]] = defaultdict(list)
        self._folded: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._known):
            self._loose[_loosen(name)].append(name)
            self._folded[names.fold(_loosen(name))].append(name)

    def find(self, written: str) -> str | None:
        """Return the name, or None where there is none or several would fit."""
        name = names.to_nfc(written)
        if name in self._known:
            return name
        alike = self._loose.get(_loosen(name), [])
        return alike[0] if len(alike) == 1 else None

    def advise(self, written: str) -> str:
        """Return what to do with a name that is not there."""
        alike = self._folded.get(names.fold(_loosen(written)), [])
        if len(alike) == 1:
            return f", which has {names.escape(alike[0])!r}; write it so, capitals count"
        return "; fix the name or remove the row"


def _loosen(name: str) -> str:
    """Return a path without blanks and marks that nobody sees, with slashes."""
    parts = [names.clean(part) for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part not in ("", "."))


def _parse(path: Path, text: str | None) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, with their numbers, 0 for the head."""
    if text is None:
        return []
    try:
        lines = list(_number(text))
    except csv.Error as error:
        raise TakhtError(f"{path}: not a UTF-8 CSV table ({error}); fix the file") from None
    if not lines:
        raise TakhtError(f"{path}: not a UTF-8 CSV table (it is empty); fix the file")
    return lines


def _number(text: str) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return ((number, row) for number, row in enumerate(rows) if row)


def _read_text(root: Path, table: str) -> str | None:
    """Return what a table of the corpus holds, None where there is none.

    Raises:
        TakhtError: it is no file of the corpus, too large, not UTF-8, or nearly of that name.
    """
    path = root / table
    alike = sorted(each.name for each in root.iterdir() if each.name.casefold() == table)
    if table not in alike:
        raise_faults(f"{root / name}: is not read; rename it to {table}" for name in alike)
        return None
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise TakhtError(
                f"{path}: symbolic link leads out of the corpus; put the file itself in its place"
            )
        with open_regular(real) as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        reason = getattr(error, "strerror", None) or "symbolic link leads nowhere"
        raise TakhtError(f"{path}: {reason}; put a table in its place or remove it") from None
    if len(content) > _MOST_BYTES:
        raise TakhtError(
            f"{path}: is too large, at most {_MOST_BYTES / 2**20:g} MiB are let in; shorten it"
        )
    try:
        return content.decode("utf-8-sig")  # spreadsheets put a mark before UTF-8
    except UnicodeDecodeError as error:
        raise TakhtError(f"{path}: not a UTF-8 CSV table ({error}); fix the file") from None
