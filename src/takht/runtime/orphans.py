"""Processes that do not outlive the one that started them."""

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _parent_of(process: int) -> int:
    """Return the parent of a process, or 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


# When this is imported, long before a stage works: by then whoever started it may have ended.
_PARENT = os.getppid()
_GRANDPARENT = _parent_of(_PARENT)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, whatever ends that.

    A worker that outlives its stage would go on writing beside the next run. Only Linux has this;
    elsewhere an orphan finishes its piece of work in a folder that no other run looks at.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end_with_dvc() -> None:
    """Have a stage that DVC runs end with it: its outputs would come too late for `dvc.lock`.

    A stage that is run by hand may well outlive the shell.
    """
    if "DVC_STAGE" in os.environ:
        end_with_parent()
        if os.getppid() != _PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        with contextlib.suppress(OSError, AttributeError):  # no Linux, or an old one
            _end_with_parent_of_shell()


def set_up_worker(stage: int) -> None:
    """Make this process a worker: it ends with its stage, to which it leaves Ctrl-C.

    `stage` is the process id of that, which may have ended while this one started.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    if os.getppid() != stage:
        os.kill(os.getpid(), signal.SIGKILL)


def _end_with_parent_of_shell() -> None:
    """Where DVC runs this process in a shell that waits for it, end with DVC and not with that.

    dash waits; bash puts this process in its own place.
    """
    shell = Path(f"/proc/{os.getppid()}")
    if (shell / "cmdline").read_bytes().split(b"\0")[1:2] != [b"-c"]:
        return
    if _parent_of(os.getppid()) != _GRANDPARENT:
        os.kill(os.getpid(), signal.SIGKILL)
    watched = os.pidfd_open(_GRANDPARENT)

    def end() -> None:
        select.select([watched], [], [])  # readable once it has ended
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end, daemon=True).start()
