"""Signals to processes that may end by themselves meanwhile."""

import contextlib
import signal
from collections.abc import Iterable

import psutil


def signal_all(processes: Iterable[psutil.Process], number: int = signal.SIGKILL) -> None:
    """Send a signal to those that still run."""
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.send_signal(number)
