"""Odd files of every kind, with the verdict each must have; `--table` prints them by kind."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import odd_headers
import odd_places
import odd_playlists
import odd_sounds
from odd_making import ACCEPTED, PASSED_OVER, Odd, of, wav

_WORDS = {ACCEPTED: "accepted", PASSED_OVER: "ignored, counted on stderr"}


def every() -> Iterator[Odd]:
    """Yield all odd files, and three plain ones: a corpus needs two composers."""
    for source in (odd_headers, odd_sounds, odd_playlists, odd_places):
        yield from source.every()
    for name in ("one", "two", "three"):
        yield Odd("", f"plain/{name}.wav", ACCEPTED, of(wav()))


def build(root: Path) -> list[Odd]:
    """Make every odd file below the root and return them."""
    for folder in ("odd", "plain"):
        (root / folder).mkdir(parents=True)
    files = list(every())
    for each in files:
        each.make(root / each.file)
    return files


def table(files: Iterable[Odd]) -> str:
    """Return the kinds of bad input and their verdicts as a Markdown table."""
    kinds: dict[str, Counter[str]] = {}
    for each in files:
        if each.kind:
            word = _WORDS.get(each.verdict) or "rejected: " + each.verdict.replace("|", " / ")
            kinds.setdefault(each.kind, Counter())[re.sub(r"\\", "", word)] += 1
    rows = ["| kind | files | verdicts |", "|---|---:|---|"]
    for kind, words in kinds.items():
        verdicts = "; ".join(f"{count} {word}" for word, count in words.items())
        rows.append(f"| {kind} | {words.total()} | {verdicts} |")
    total = sum(words.total() for words in kinds.values())
    return "\n".join([*rows, f"| **all** | **{total}** | |"]) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] != ["--table"]:
        sys.exit("usage: python tests/helpers/odd_files.py --table")
    sys.stdout.write(table(every()))
