"""Edit a project at random, over and over; after each edit its outputs are those of a fresh run.

    python tests/resilience/harness/soak.py --edits 100 --seed 6 \\
        --results docs/measured/reliability.json

Each edit is followed by `dvc repro`, whose outputs are compared, byte for byte, with those that the
same stages make of the same corpus and parameters without DVC, without a store, from nothing. The
first difference, failure or left-over temporary file ends it with exit code 1, and its folder is
left to look at. Prints a Markdown summary; the same seed makes the same edits (but not the same
moments of killing).

DVC writes dvc.lock in place. Killed meanwhile, it leaves half of it, and the next `dvc repro` says
so; then, as docs/reliability.md tells, it is deleted and `dvc repro` run again. That is counted.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import takht.stage  # noqa: F401 (pins the instructions before NumPy loads, as in a stage)

import numpy as np
import survived
import warm
from soak_edits import Edits
from soak_project import Lost, SoakProject

TOO_LATE = ", too late"


def main() -> None:
    """Soak, and print and write what was survived."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--results", type=Path, help="a JSON file whose part `soak` is written")
    options = parser.parse_args()
    survived.show(f"seed {options.seed}")
    folder = Path(tempfile.mkdtemp(prefix="soak-"))  # left where something was lost
    found: dict[str, Any] = {"seed": options.seed, "locks_deleted": 0, "edits": {}}
    try:
        with warm.started(folder / "warm") as processes:
            for name, deleted in soaked(folder / "project", processes, options.edits, options.seed):
                found["edits"][name] = found["edits"].get(name, 0) + 1
                found["locks_deleted"] += deleted
                if options.results:
                    survived.keep(options.results, "soak", found)
    except Lost as error:
        sys.exit(f"error: seed {options.seed}: {error}; look at {folder}")
    survived.show(table(found))
    shutil.rmtree(folder)


def soaked(root: Path, processes: warm.Warm, number: int, seed: int) -> Iterator[tuple[str, bool]]:
    """Yield the kind of each edit that was survived, and whether dvc.lock had to be deleted.

    Raises:
        Lost: the outputs after an edit are not those of a run from nothing.
    """
    root.mkdir()
    project = SoakProject(root, processes, np.random.default_rng(seed))
    edits = Edits(project, seed)
    project.run("dvc", "repro")
    compare(project, "first run")
    deck: list[str] = []
    for turn in range(number):
        if not deck:  # each kind once, in a new order
            deck = list(edits.every())
            edits.chance.shuffle(deck)
        name = deck.pop()
        what = edits.every()[name]()
        if what.endswith("exit code 0"):
            name += TOO_LATE
        started = time.monotonic()
        deleted = repro(project)
        edits.last_seconds = max(3.0, time.monotonic() - started)
        survived.show(f"{turn + 1}: {name} ({what}), repro in {edits.last_seconds:.1f} s")
        project.wait()
        compare(project, f"edit {turn + 1}, {name}")
        yield name, deleted


def repro(project: SoakProject) -> bool:
    """Run `dvc repro`; return whether a killed DVC had left half a dvc.lock, which is deleted."""
    try:
        project.run("dvc", "repro")
    except Lost as error:
        if "'./dvc.lock' " not in str(error):
            raise
        (project.root / "dvc.lock").unlink()
        project.run("dvc", "repro")
        return True
    return False


def compare(project: SoakProject, when: str) -> None:
    """Compare the outputs with those of a run from nothing.

    Raises:
        Lost: they differ, or something temporary is left.
    """
    if left := project.left_over():
        raise Lost(f"{when}: left over: {left}")
    ours, fresh = project.outputs(), project.from_nothing()
    differ = sorted(
        name for name in ours.keys() | fresh.keys() if ours.get(name) != fresh.get(name)
    )
    if differ:
        raise Lost(f"{when}: {len(differ)} of {len(fresh)} files differ: {differ[:5]}")


def table(found: dict[str, Any]) -> str:
    """Return the counts as Markdown."""
    edits = found["edits"]
    head = ["| edit, then `dvc repro` | survived |", "|---|---:|"]
    rows = [f"| {name} | {edits[name]} |" for name in sorted(edits)]
    rows += [f"| **all** (seed {found['seed']}) | {sum(edits.values())} |"]
    rows += [f"| half a `dvc.lock` found after a kill, and deleted | {found['locks_deleted']} |"]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    main()
