"""Files opened so that a pipe or device in a file's place neither hangs nor feeds the program."""

import errno
import io
import os
import stat
from pathlib import Path


def open_regular(path: Path) -> io.BufferedReader:
    """Return the file, open for reading.

    Raises:
        OSError: it cannot be opened, or is no regular file now, whatever it was a moment ago.
    """
    # Without O_NONBLOCK, opening a pipe would wait for its other end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is a device, pipe or folder, not a file", str(path))
    return os.fdopen(descriptor, "rb")
