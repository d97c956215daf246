"""The commands in a Markdown page's ```sh blocks, and what stands in for those that cannot run."""

import contextlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"((?:[^\\\n]|\\\n|\\.)*)\n")  # a backslash at its end takes the next one in


@dataclass(frozen=True)
class Command:
    """A command, the number of its line, and what is run for it."""

    line: int
    text: str
    run: str


def texts(page: str) -> list[tuple[int, str]]:
    """Return the commands of a page's blocks with the numbers of their lines, comments left out.

    A line that ends in a backslash goes on in the next one.
    """
    found = []
    for block in _BLOCK.finditer(page):
        number = page[: block.start(1)].count("\n") + 1
        for line in _LINE.findall(block[1]):
            if text := _uncommented(line.replace("\\\n", " ")).strip():
                found.append((number, text))
            number += line.count("\n") + 1
    return found


def _uncommented(line: str) -> str:
    """Return the line up to the first # that begins a word outside quotes."""
    for mark in re.finditer(r"(?:^|\s)#", line):
        with contextlib.suppress(ValueError):  # a quote is open there
            shlex.split(line[: mark.start()])
            return line[: mark.start()]
    return line


def commands(path: Path, stand_ins: dict[str, str]) -> list[Command]:
    """Return a page's commands, the stand-ins put in: each key (a pattern) becomes its value."""
    found = []
    for line, text in texts(path.read_text(encoding="utf-8")):
        run = text
        for pattern, replacement in stand_ins.items():
            run = re.sub(pattern, lambda _, new=replacement: new, run)
        found.append(Command(line, text, run))
    return found
