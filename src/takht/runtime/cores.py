"""How many cores this process may use: what it is bound to, and what its cgroups allow."""

import math
import os
from collections.abc import Iterator
from pathlib import Path


def count_cores(top: Path = Path("/")) -> int:
    """Return the cores of the machine, fewer where affinity or a cgroup's quota allow fewer.

    A container's limit of half a core counts as one. `top` is the root of the file system.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min([bound or 1, *_quotas(top)]))


def _quotas(top: Path) -> Iterator[int]:
    """Yield the cores that each cgroup of this process allows, those above it too."""
    for line in _words(top / "proc/self/cgroup"):
        controllers, _, own = line.partition(":")[2].partition(":")
        parts = [part for part in own.split("/") if part not in ("", "..")]
        for depth in range(len(parts) + 1):
            below = Path(*parts[:depth])
            if not controllers:
                limits = _words(top / "sys/fs/cgroup" / below / "cpu.max")  # version 2
            elif "cpu" in controllers.split(","):
                folder = top / "sys/fs/cgroup" / controllers / below  # version 1
                limits = _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
            else:
                continue
            if len(limits) == 2 and limits[0].isdecimal() and int(limits[1]) > 0:
                yield math.ceil(int(limits[0]) / int(limits[1]))


def _words(path: Path) -> list[str]:
    """Return the words of a file, none where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return []
