"""Files that people ask a command to write, checked before any work."""

import errno
import os
import tempfile
from pathlib import Path

from takht.errors import TakhtError


def require_suffix(path: Path, suffix: str) -> None:
    """Raise TakhtError unless the name ends in the suffix of what is written (`.wav`)."""
    if path.suffix.lower() != suffix:
        kind = suffix.removeprefix(".").upper()
        raise TakhtError(f"{path}: is written as {kind}; choose a name that ends in {suffix}")


def require_absent(path: Path) -> None:
    """Raise TakhtError where a file of that name is there, which is not to be overwritten."""
    if os.path.lexists(path) and not path.is_dir():
        raise TakhtError(
            f"{path}: is there already; choose another name with -o, or overwrite it with --force"
        )


def require_writable(path: Path) -> None:
    """Make the folder of a file that is to be written.

    Raises:
        TakhtError: a file of that name cannot be written there.
    """
    if path.is_dir():
        raise TakhtError(f"{path}: is a folder; choose another name with -o")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise TakhtError(f"{path}: cannot be written, {reason}; choose another with -o") from None
