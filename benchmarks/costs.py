"""What a command costs with all that it starts, as the operating system accounts for it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process that is started counts what its parent held until then as its own (ru_maxrss): between
# the two stands one that holds next to nothing.
_MEASURE = """\
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024], file)
sys.exit(code)
"""


@dataclass
class Cost:
    """CPU and wall seconds, memory of the largest process (MB), bytes left on disk (MB)."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    disk_mb: float = 0.0


def run(
    argv: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> tuple[Cost, str]:
    """Run a command to its end; return what it cost, and its stderr.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        account = Path(scratch) / "account.json"
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-IS", "-c", _MEASURE, account, *argv],
            cwd=cwd, env={**os.environ, **(env or {})}, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
        wall_s = time.perf_counter() - started
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, list(argv), stderr=done.stderr)
        cpu_s, peak_mb = json.loads(account.read_text())
    return Cost(cpu_s, wall_s, peak_mb), done.stderr
