"""What is said when something goes wrong: where, what, and what to do, on one line."""

import errno
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from takht.errors import TakhtError
from takht.text.names import escape

if TYPE_CHECKING:
    from pydantic import ValidationError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NETWORKS = {"tensorflow", "keras", "h5py"}  # packages without which all else works
# Packages to which people add files of their own.
_BY_NAME = tuple(
    f"takht/{name}/" for name in ("recipes", "networks", "discriminants", "augmentations")
)
_IN_TRACEBACK = re.compile(r'File "(.+)", line (\d+)')
_REMEDIES = {
    FileNotFoundError: "restore it, or run `dvc repro`, which makes what is missing",
    FileExistsError: "move it away and run again",
    NotADirectoryError: "put a folder in its place",
    IsADirectoryError: "put a file in its place",
    PermissionError: "change its permissions, or run as its owner",
}


def describe_error(error: Exception, where: str) -> str:
    """Return what the user is told of an exception: a line, or one a case of a TakhtError.

    `where` is the stage or command that it ended.
    """
    if isinstance(error, TakhtError):
        return "\n".join(f"error: {escape(line)}" for line in str(error).split("\n"))
    return f"error: {escape(_line(error, where))}"


def list_faults(error: "ValidationError") -> str:
    """Return what does not fit a model of Pydantic's, as `key: fault, key: fault`."""
    found = [(one["loc"], one["msg"].removeprefix("Value error, ")) for one in error.errors()]
    return ", ".join(f"{'.'.join(map(str, place))}: {fault}" for place, fault in found)


def _line(error: Exception, where: str) -> str:
    said = " ".join(str(error).split())
    for cause in _causes(error):
        if _is_want_of_memory(cause):
            reason = " ".join(str(cause).split()) or type(cause).__name__
            return (
                f"{where}: out of memory ({reason}); close other programs, allow it more, or set "
                "TAKHT_WORKERS=1, and run again"
            )
    if isinstance(error, OSError):
        return _of_system(error, where, said)
    if isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] in _NETWORKS:
        return (
            f"{where}: {error.name} is not installed, which networks need; run `make setup`, or "
            "choose an experiment or model of kind discriminant"
        )
    place = _last_place(error)
    line = f"{where}: {type(error).__name__}: {said or 'no message'} ({place})"
    if place.startswith(_BY_NAME):
        return f"{line}; fix that file; TAKHT_DEBUG=1 shows the traceback"
    return (
        f"{line}; this is a bug in takht: run it with TAKHT_DEBUG=1 for the traceback, and report "
        "that"
    )


def _of_system(error: OSError, where: str, said: str) -> str:
    place, reason = error.filename or where, error.strerror or said or type(error).__name__
    if error.errno in _FULL:
        return f"{place}: the disk is full ({reason}); free space on it and run again"
    for kind, remedy in _REMEDIES.items():
        if isinstance(error, kind):
            return f"{place}: {reason}; {remedy}"
    return f"{place}: {reason}; fix the cause and run again"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of: cleaning up after the first may fail in its turn."""
    while error:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _is_want_of_memory(error: BaseException) -> bool:
    """Tell want of memory, which Python, its threads, the linker and TensorFlow name otherwise."""
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno in {errno.ENOMEM, errno.EAGAIN})
        or type(error).__name__ == "ResourceExhaustedError"
        or (isinstance(error, RuntimeError) and "can't start new thread" in str(error))
        or (isinstance(error, ImportError) and "failed to map segment" in str(error))
    )


def _last_place(error: Exception) -> str:
    """Return the last line of code of our own on the way to the error: `takht/file.py:12`."""
    ours = Path(__file__).parents[2]
    frames = traceback.extract_tb(error.__traceback__)
    places: list[tuple[str, Any]] = [(each.filename, each.lineno) for each in frames]
    places += _IN_TRACEBACK.findall(str(error.__cause__))  # a worker's comes as text
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    own = [(Path(file).resolve(), line) for file, line in places]
    own = [(file, line) for file, line in own if file.is_relative_to(ours)]
    if not own:
        return "outside takht"
    file, line = own[-1]
    return f"{file.relative_to(ours)}:{line}"
