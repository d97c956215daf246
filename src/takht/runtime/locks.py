"""A lock that ends with the process that holds it."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WITHOUT_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK}  # some cluster file systems


@contextmanager
def hold_lock(folder: Path, making: Path) -> Iterator[None]:
    """Hold the folder, made where there is none; one line on stderr where another run has it.

    `making` is what that line names. The kernel lifts the lock when the process ends, whatever ends
    it. The lock is a file, because NFS locks no folders.
    """
    descriptor = _locked(folder, making)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(folder: Path, making: Path) -> int:
    told = False
    while True:
        _make(folder)
        try:
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:  # its last owner has just removed the folder
            continue
        if not _is_free(descriptor):
            if not told:
                sys.stderr.write(f"{making}: another run is making it; waiting until that ends\n")
            told = True
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(folder / "lock", descriptor):
            return descriptor
        os.close(descriptor)


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_file():  # of an older version
        folder.unlink(missing_ok=True)
    folder.mkdir(exist_ok=True)


def _is_free(descriptor: int) -> bool:
    """Lock the open file if nobody has; without anything to lock with, go on unlocked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether the open file is the one of that name, and not one that its owner removed."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
