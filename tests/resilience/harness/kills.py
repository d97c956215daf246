"""Kill and interrupt every stage at random moments; nothing may be lost, and nothing left.

    python tests/resilience/harness/kills.py --times 24 --seed 6 \\
        --results docs/measured/reliability.json [STAGE ...]

Every stage of dvc.yaml, generation/, checks/ and report/dvc.yaml runs at a tiny scale, undisturbed,
then is killed with SIGKILL `times` times while it runs: every other time with all its processes,
else alone, whose children have to notice; every third time not before it writes. After each kill an
output is that of the undisturbed run, byte for byte, or absent. A quarter as often it is
interrupted, as Ctrl-C does: one line, exit code 130. Then it runs to its end: its outputs are those
of the undisturbed run, and no process and no temporary file is left. Stages with worker processes
also lose one of those. The first loss ends all with exit code 1, and its folder is left to look at.

Prints a Markdown table. The same seed makes the same corpus and draws the same moments, but the
processes are not at the same point then.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import takht.stage  # noqa: F401 (pins the instructions before NumPy loads, as in a stage)

import killed_stages
import survived
import warm
from killing import WITH_WORKERS, Killing
from soak_project import Lost


def main() -> None:
    """Kill, and print and write what was survived."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="these alone")
    parser.add_argument("--times", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--results", type=Path, help="a JSON file whose part `kills` is written")
    options = parser.parse_args()
    if unknown := set(options.stages) - killed_stages.commands().keys():
        sys.exit(f"error: {', '.join(sorted(unknown))}: no such stage; `train@best` is one")
    survived.show(f"seed {options.seed}")
    folder = Path(tempfile.mkdtemp(prefix="kills-"))  # left where something was lost
    found: dict[str, Any] = {"seed": options.seed, "stages": {}}
    if options.stages and options.results:  # the others' counts stay
        found |= {"stages": survived.read(options.results).get("kills", found)["stages"]}
    try:
        with warm.started(folder / "warm", f"{warm.LIBRARIES} {warm.LARGE}") as processes:
            killing = Killing(folder / "project", processes, options.seed)
            for name in options.stages or killing.commands:
                found["stages"][name] = disturbed(killing, name, options.times)
                if options.results:
                    survived.keep(options.results, "kills", found)
    except Lost as error:
        sys.exit(f"error: seed {options.seed}: {error}; look at {folder}")
    survived.show(table(found))
    shutil.rmtree(folder)


def disturbed(killing: Killing, name: str, times: int) -> dict[str, int]:
    """Return how often a stage was killed, interrupted, and lost a worker."""
    started = time.monotonic()
    killing.prepare(name)
    interrupts, workers = max(2, times // 4), 2 if name in WITH_WORKERS else 0
    killing.killed(name, times)
    killing.interrupted(name, interrupts)
    for _ in range(workers):
        killing.worker_killed(name)
    survived.show(f"{name}: survived, in {time.monotonic() - started:.0f} s")
    return {"killed": times, "interrupted": interrupts, "workers_killed": workers}


def table(found: dict[str, Any]) -> str:
    """Return the counts as Markdown."""
    rows = ["| stage | killed | interrupted | a worker killed |", "|---|---:|---:|---:|"]
    for name, each in found["stages"].items():
        rows.append(_row(f"`{name}`", each))
    total = {kind: sum(e[kind] for e in found["stages"].values()) for kind in _KINDS}
    rows.append(_row(f"**all** (seed {found['seed']})", total))
    return "\n".join(rows)


_KINDS = ("killed", "interrupted", "workers_killed")


def _row(name: str, counts: dict[str, int]) -> str:
    return f"| {name} | {' | '.join(str(counts[kind] or '–') for kind in _KINDS)} |"


if __name__ == "__main__":
    main()
