"""Processes that may end by themselves meanwhile."""

import contextlib
import signal
from collections.abc import Iterable, Iterator

import psutil


def command_lines(processes: Iterable[psutil.Process]) -> Iterator[list[str]]:
    """Yield the words of those that still run."""
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield each.cmdline()


def signal_all(processes: Iterable[psutil.Process], number: int = signal.SIGKILL) -> None:
    """Send a signal to those that still run."""
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.send_signal(number)
