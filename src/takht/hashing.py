"""Hashes of files by their content."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def of_file(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def of_all(paths: Iterable[Path]) -> list[str]:
    """Return the SHA-256 and place of every file at or below the paths, in order."""
    return [
        f"{file.relative_to(path).as_posix()} {of_file(file)}"
        for path in paths
        for file in files_below(path)
    ]


def files_below(path: Path) -> Iterator[Path]:
    """Yield the file itself, or all files of a folder, sorted; nothing where there is none."""
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file())
    elif path.exists():
        yield path


def of_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
