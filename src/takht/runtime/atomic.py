"""Outputs that are complete or absent, never half written.

Beside an output stands, while it is made, the folder `.NAME.partial`, which one run at a time
holds. It works there in a folder of its own, whose content takes the output's name by rename. What
a killed run left, the next removes.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from takht.errors import DiskFull, TakhtError
from takht.runtime import interrupts, locks
from takht.runtime.tf_config import is_writer

FULL_BYTES = 2**20  # with less than this free, it was the disk that stopped us


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that takes its name when the block ends well.

    Of machines that train together, only the first keeps it: the others may share its disk.

    Raises:
        DiskFull: the block failed, and the disk has no room.
    """
    with _fresh(path) as fresh:
        fresh.mkdir()
        yield fresh


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a path beside `path`, to be written, that takes its name when the block ends well.

    Of machines that train together, only the first keeps it.

    Raises:
        DiskFull: the block failed, and the disk has no room.
    """
    with _fresh(path) as fresh:
        yield fresh


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    if not is_writer():
        with tempfile.TemporaryDirectory() as unused:
            yield Path(unused) / "new"
        return
    with _beside(path) as own:
        yield own / "new"
        interrupts.raise_if_interrupted()
        _take_place(own / "new", path, own)


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path` that is gone when the block ends.

    Raises:
        DiskFull: the block failed, and the disk has no room.
    """
    with _beside(path.with_name(f"{path.name}.scratch")) as own:
        yield own


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yield an empty folder that no other run knows, on the disk of `path`."""
    partial = path.with_name(f".{path.name}.partial")
    with locks.hold_lock(partial, making=path):
        # Not a fixed name: what an orphan of a killed run still writes goes elsewhere.
        own = partial / uuid.uuid4().hex
        try:
            for left in partial.iterdir():
                if left.name != "lock":
                    shutil.rmtree(left, ignore_errors=True)
            own.mkdir()
            yield own
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            _raise_if_full(path, error)
            raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _take_place(fresh: Path, path: Path, own: Path) -> None:
    """Rename, twice: removing what was there takes its time, and may be killed half-way."""
    if path.exists() or path.is_symlink():
        path.rename(own / "old")
    fresh.rename(path)


def _raise_if_full(path: Path, error: Exception) -> None:
    """Raise a DiskFull where there is no room: not every library says why it cannot write."""
    free = shutil.disk_usage(path.parent).free
    if free < FULL_BYTES and not isinstance(error, TakhtError):
        number = error.errno if isinstance(error, OSError) else None  # h5py says much beside it
        said = os.strerror(number) if number else str(error)
        reason = " ".join(said.split()) or type(error).__name__
        raise DiskFull(
            f"{path}: the disk is full, {free} bytes are free ({reason}); free space on it and run "
            "again, what is finished is kept",
            path.parent,
        ) from error


def remove_path(path: Path) -> None:
    """Remove a file or a folder with all it holds; nothing happens when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
