"""Processes that do not outlive the one that started them."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


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


def set_up_worker() -> None:
    """Make this process a worker: it ends with its stage, to which it leaves Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
