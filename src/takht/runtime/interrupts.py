"""Ctrl-C, which may come while a library calls back and is then lost on it: it is asked for again.

Such a callback only fails, and what the library makes of that may look like a good result.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_heard: list[int] = []


@contextmanager
def watch_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-C within the block, and remember it until the block ends."""

    def note(*_: object) -> None:
        _heard.append(1)
        sys.unraisablehook = ignore_exception  # where the exception is lost
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _heard.clear()


def was_interrupted() -> bool:
    """Tell whether Ctrl-C came since the block began."""
    return bool(_heard)


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt where Ctrl-C came: called before a result is taken for a good one."""
    if _heard:
        raise KeyboardInterrupt


def ignore_exception(_: object) -> None:
    """Be told of an exception that nobody can catch, after which there is but one line to say."""
