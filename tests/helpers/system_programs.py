"""What some tests need of the system; where it is missing they are left out, and CI fails."""

import ctypes
import os
import shutil
import subprocess
from typing import NoReturn

import pytest

LEFT_OUT = "needs "  # the first word of the reason of a test that was left out
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin"


def find_program(package: str, *names: str) -> str:
    """Return the path of the first of `names` that is installed, else leave the test out."""
    path = next(filter(None, (shutil.which(name, path=SBIN) for name in names)), None)
    return path or _leave_out(f"{package}: apt-get install {package}")


def require_library(package: str, name: str) -> None:
    """Leave the test out where a shared library is not installed."""
    try:
        ctypes.CDLL(name)
    except OSError:
        _leave_out(f"{package}: apt-get install {package}")


def require_mounts() -> None:
    """Leave the test out where this user may not mount a disk of its own."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", "--mount", *user, "mount", "-t", "tmpfs", "takht", "/mnt"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        restriction = "kernel.apparmor_restrict_unprivileged_userns"
        _leave_out(f"a mount namespace: sysctl {restriction}=0, or be root")


def _leave_out(need: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(LEFT_OUT + need)
    pytest.skip(LEFT_OUT + need)


def describe_left_out(reports: list[pytest.TestReport]) -> list[str]:
    """Return a line per need: how many tests were left out, and the command that brings them."""
    reasons = [str(each.longrepr[2]) for each in reports if isinstance(each.longrepr, tuple)]
    needs = [each.split(LEFT_OUT, 1)[1] for each in reasons if LEFT_OUT in each]
    return [
        f"{needs.count(need)} tests were left out, they need {need}" for need in sorted(set(needs))
    ]
