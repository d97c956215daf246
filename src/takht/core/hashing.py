"""Hashes of files by their content."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from takht.core.regular_files import open_regular


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with open_regular(file) as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def walk_files(path: Path) -> Iterator[Path]:
    """Yield the file itself, or all files of a folder, sorted; nothing where there is none."""
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file())
    elif path.exists():
        yield path


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
