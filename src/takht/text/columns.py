"""Text in columns of a terminal, also where it is right to left or has marks without width."""

import unicodedata
from collections.abc import Sequence

from takht.text import names

# After right-to-left letters a terminal would draw digits to their left, without this mark.
_LEFT_TO_RIGHT = "\u200e"


def clean_cell(text: str) -> str:
    """Return a text that leaves what follows it where it stands, what cannot be printed escaped."""
    text = names.escape(text)
    right_to_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
    return text + _LEFT_TO_RIGHT if right_to_left else text


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells, equally many, in columns two spaces apart, a line a row."""
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)][:-1]
    return "\n".join("  ".join([*map(pad, cells[:-1], widths), cells[-1]]) for cells in rows)


def pad(text: str, columns: int) -> str:
    """Return the text with spaces up to a number of columns."""
    return text + " " * (columns - display_width(text))


def display_width(text: str) -> int:
    """Return how many columns of a terminal the text takes: marks take none, wide letters two."""
    return sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
