"""Committed results read, figures in words, and tables put into pages."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from takht.report.page.generation_measures import shown

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]
share = partial(shown, digits=2)  # .47 for 0.4667, and 1.00


def counts(values: Iterable[str]) -> dict[str, int]:
    """Return how often each value occurs, the most frequent first."""
    found = Counter(values)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def listed(found: dict[str, int], unit: str = "") -> str:
    """Return counts in words."""
    return ", ".join(f"{value}{unit} ({count})" for value, count in found.items())


def with_tables(page: str, tables: Mapping[str, Iterable[str]]) -> str:
    """Return a page with the lines of each table between its comments.

    Raises:
        ValueError: a table has no place there, or several.
    """
    for name, lines in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        block = begin + "".join(f"{line}\n" for line in lines) + end
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        # Not a replacement text, in which a backslash would mean something.
        page, found = re.subn(pattern, lambda _, new=block: new, page, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"{begin.strip()} must stand in the page once, found {found} times")
    return page


def rows(path: Path) -> list[Row]:
    """Return a CSV table's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def params() -> Row:
    """Return params.yaml."""
    found: Row = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    return found


def read(name: str | Path) -> Row:
    """Return a JSON file of the repository, or of elsewhere."""
    found: Row = json.loads((ROOT / name).read_text(encoding="utf-8"))
    return found
