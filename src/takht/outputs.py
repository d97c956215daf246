"""Outputs that are complete or absent, never half written."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from takht import machines


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that takes its name when the block ends well.

    The folder's name is fixed (`.NAME.partial`), so what a killed run left is removed by the next.
    Of machines that train together, only the first keeps it: the others may share its disk.
    """
    if not machines.writes():
        with tempfile.TemporaryDirectory() as unused:
            yield Path(unused)
        return
    partial = _partial(path)
    partial.mkdir()
    yield partial
    remove(path)
    partial.rename(path)


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that is gone when the block ends."""
    partial = _partial(path.with_name(f"{path.name}.scratch"))
    partial.mkdir()
    try:
        yield partial
    finally:
        remove(partial)


@contextmanager
def fresh_file(path: Path) -> Iterator[Path]:
    """Yield a path beside `path`, to be written, that takes its name when the block ends well.

    Of machines that train together, only the first keeps it.
    """
    if not machines.writes():
        with tempfile.TemporaryDirectory() as unused:
            yield Path(unused) / path.name
        return
    partial = _partial(path)
    yield partial
    partial.replace(path)


def _partial(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    remove(partial)
    return partial


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds; nothing happens when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
