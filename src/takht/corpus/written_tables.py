"""Tables that people write beside a corpus: each row is right, or named with what is wrong.

What is written there is compared and shown as one, whatever its Unicode form, blanks and marks.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from takht.core.regular_files import open_regular
from takht.errors import TakhtError
from takht.text import names

_MOST_BYTES = 2**27  # of a table; a million recordings take some 60 MB
_MOST_LETTERS = {"file": 4096, "composer": names.MAX_BYTES // 2}  # of a field
_MOST_LETTERS_ELSE = 500
_FEWEST = min(_MOST_LETTERS.values())  # the shortest of the limits
_MOST_FAULTS = 20  # that are shown
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}  # between columns


def read_rows(
    root: Path, table: str, key: str, wanted: list[str], known: Iterable[str], only_with: str = ""
) -> dict[str, list[str]]:
    """Return the cells of the columns `wanted` for each name that a table of the corpus has.

    None where there is no table. `key` is the column of names, `known` those that there are; one
    of the other columns is needed, in every row. Without the column `only_with`, if one is named,
    no row is looked at.

    Raises:
        TakhtError: the table is none, or names each row at fault, and why.
    """
    path = root / table
    text = _read_text(root, table)
    if text is None:
        return {}
    mark = _find_mark(text, key)
    lines = _number(path, text, mark)
    _, head = next(lines, (0, []))
    as_written = list(map(names.clean, head))
    head = [name.casefold() for name in as_written]
    if only_with and only_with not in head:
        return {}
    columns = _find_columns(path, head, as_written, key, wanted, mark)
    there = _Names(known)
    places = [head.index(name) if name in columns else None for name in [key, *wanted]]
    rows: dict[str, list[str]] = {}
    faults = _Faults()
    for number, line in lines:
        if fault := _find_shape_fault(line, head, columns, mark):
            faults.add(f"{path}: row {number} {fault}")
            continue
        written, *rest = (line[n] if n is not None and n < len(line) else "" for n in places)
        cells = list(map(names.clean, rest))
        name = there.find(written)
        if name is None:
            fault = f"is not in the corpus{there.advise(written) if faults.has_room else ''}"
        elif name in rows:
            fault = "appears twice; keep one row"
        elif not any(cells):
            fault = f"has no {' and no '.join(columns[1:])}; write one or remove the row"
        if fault:
            shown = names.escape(names.to_nfc(written))
            faults.add(f"{path}: row {number}: {key} {shown!r} {fault}")
        elif name is not None:
            rows[name] = cells
    faults.raise_any()
    return rows


def _find_columns(
    path: Path, head: list[str], as_written: list[str], key: str, wanted: list[str], mark: str
) -> list[str]:
    """Return those of the columns that the head has; the file has it in other capitals.

    Raises:
        TakhtError: it lacks the key or all others, or has one twice.
    """
    columns = [key, *(name for name in wanted if name in head)]
    if key not in head or len(columns) == 1:
        raise TakhtError(
            f"{path}: columns {key} and {' or '.join(wanted)} are needed, got {as_written[:10]}; "
            f"write `{key}{mark}{wanted[0]}` as the first line"
        )
    if twice := [name for name in columns if head.count(name) > 1]:
        raise TakhtError(f"{path}: column {twice[0]} appears twice; keep one")
    return columns


class _Faults:
    """What is wrong with a table, the first of it in words, the rest as a number."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rest = 0

    @property
    def has_room(self) -> bool:
        """Whether one more is shown."""
        return len(self._lines) < _MOST_FAULTS

    def add(self, line: str) -> None:
        """Add a line."""
        if self.has_room:
            self._lines.append(line)
        else:
            self._rest += 1

    def raise_any(self) -> None:
        """Raise a TakhtError if there are any."""
        if self._rest:
            self._lines.append(f"{self._rest} more rows are at fault; fix these first")
        if self._lines:
            raise TakhtError("\n".join(self._lines))


def _find_shape_fault(
    line: list[str], head: list[str], columns: list[str], mark: str
) -> str | None:
    """Return why a line is no row under its head, or None."""
    if len(line) > len(head):
        return (
            f"has {len(line)} fields, the first line {len(head)}; quote a text that holds "
            f"{_MARKS[mark]}, or remove the surplus {_MARKS[mark]}"
        )
    for name, text in zip(head, line, strict=False):
        if len(text) > _FEWEST and name in columns and len(text) > (most := _most_letters(name)):
            return f"has {len(text)} letters of {name}, at most {most} are allowed; shorten it"
    return None


def _most_letters(column: str) -> int:
    return _MOST_LETTERS.get(column, _MOST_LETTERS_ELSE)


class _Names:
    """The names that a table may use, found by any spelling that people take for the same."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {names.to_nfc(name) for name in known}

    @cached_property
    def _loose(self) -> dict[str, list[str]]:
        return self._grouped(_loosen)

    @cached_property
    def _folded(self) -> dict[str, list[str]]:
        return self._grouped(lambda name: names.fold(_loosen(name)))

    def _grouped(self, form: Callable[[str], str]) -> dict[str, list[str]]:
        groups = defaultdict(list)
        for name in sorted(self._known):
            groups[form(name)].append(name)
        return groups

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
            return f", which has {names.escape(alike[0])!r}; use the same capital letters"
        return "; fix the name or remove the row"


def _loosen(name: str) -> str:
    """Return a path without blanks and marks that nobody sees, with slashes."""
    parts = [names.clean(part) for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part not in ("", "."))


def _find_mark(text: str, key: str) -> str:
    """Return what separates the columns: a comma, or what spreadsheets write where it is decimal.

    With it the head has the key; if none does, it is the one that the head has most.
    """
    head = "".join(text.strip().splitlines()[:1]).casefold()
    for mark in _MARKS:
        if key in map(names.clean, next(csv.reader([head], delimiter=mark), [])):
            return mark
    return max(_MARKS, key=head.count)


def _number(path: Path, text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with their numbers, 1 for the first.

    Raises:
        TakhtError: it is no table.
    """
    if not text.strip():
        raise TakhtError(f"{path}: not a UTF-8 CSV table (it is empty); fix the file")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for number, line in enumerate(lines, 1):
            if any(text and names.clean(text) for text in line):  # spreadsheets write blank rows
                yield number, line
    except csv.Error as error:
        raise TakhtError(f"{path}: not a UTF-8 CSV table ({error}); fix the file") from None


def _read_text(root: Path, table: str) -> str | None:
    """Return what a table of the corpus holds, None where there is none.

    Raises:
        TakhtError: it is no file of the corpus, too large, not UTF-8, or nearly of that name.
    """
    path = root / table
    alike = sorted(each.name for each in root.iterdir() if each.name.casefold() == table)
    if table not in alike:
        if alike:
            raise TakhtError(f"{root / alike[0]}: is not read; rename it to {table}")
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
            f"{path}: is too large, at most {_MOST_BYTES / 2**20:g} MiB are allowed; shorten it"
        )
    try:
        return content.decode("utf-8-sig")  # spreadsheets put a mark before UTF-8
    except UnicodeDecodeError as error:
        raise TakhtError(
            f'{path}: not a UTF-8 CSV table ({error}); save it as "CSV UTF-8"'
        ) from None
