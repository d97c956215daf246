"""An error is one line: where, what, and the remedy of its kind."""

import errno
import re
from pathlib import Path

import pytest

from takht.runtime import error_lines
from takht.runtime.error_lines import describe_error


class ResourceExhaustedError(Exception):
    """As TensorFlow's is called."""


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


MINE = str(Path(error_lines.__file__).parents[1] / "recipes/x.py")
MEMORY = r"error: mel: out of memory \(.+\); close other programs"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), r"error: mel: out of memory \(MemoryError\); close other programs"),
        (OSError(errno.ENOMEM, "no more"), MEMORY),
        (ResourceExhaustedError("OOM"), MEMORY),
        (RuntimeError("can't start new thread"), MEMORY),
        (ImportError("x.so: failed to map segment from it"), MEMORY),
        (caused(ValueError("a"), MemoryError("b")), r"error: mel: out of memory \(b\)"),
        (OSError(errno.ENOSPC, "no room", "a.npy"), r"error: a\.npy: the disk is full \(no room\)"),
        (OSError(errno.ENOENT, "gone", "a"), r"error: a: gone; restore it, or run `dvc repro`"),
        (OSError(errno.EEXIST, "is there", "a"), r"error: a: is there; move it away"),
        (OSError(errno.ENOTDIR, "file", "a"), r"error: a: file; put a folder in its place"),
        (OSError(errno.EISDIR, "folder", "a"), r"error: a: folder; put a file in its place"),
        (OSError(errno.EACCES, "no", "a"), r"error: a: no; change its permissions"),
        (OSError("odd\n one"), r"error: mel: odd one; fix the cause and run again"),
        (ModuleNotFoundError("x", name="keras.src"), r"error: mel: keras\.src is not installed"),
        (ModuleNotFoundError("no x", name="x"), r"error: mel: ModuleNotFoundError: no x \(outside"),
        (
            SyntaxError("invalid", (MINE, 3, 1, "", 3, 1)),
            r"error: mel: SyntaxError: invalid .*\(takht/recipes/x\.py:3\); fix that file",
        ),
        (  # as a worker process passes it on
            caused(KeyError("k"), Exception(f'File "{MINE}", line 7, in compute')),
            r"error: mel: KeyError: 'k' \(takht/recipes/x\.py:7\); fix that file",
        ),
        (KeyError(), r"error: mel: KeyError: no message \(outside takht\); this is a bug in takht"),
    ],
)
def test_every_kind_has_its_line(error, line):
    found = describe_error(error, "mel")
    assert re.match(line, found)
    assert "\n" not in found
