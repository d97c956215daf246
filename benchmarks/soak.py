"""Edit a project at random, over and over; after each edit its outputs are those of a fresh run.

    python benchmarks/soak.py --edits 100 --seed 7 --results results/reliability.json

Each edit is followed by `dvc repro`, whose outputs are compared, byte for byte, with those that the
same stages make of the same corpus and parameters without DVC, without a store, from nothing. The
first difference, failure or left-over temporary file ends it with exit code 1. Prints a Markdown
summary; the same seed makes the same edits (but not the same moments of killing).
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import warm
from soak_edits import Edits
from soak_project import SoakProject


class Lost(Exception):
    """Something that a user would have lost."""


def main() -> None:
    """Soak, and print and write what was survived."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--results", type=Path, help="a JSON file whose part `soak` is written")
    options = parser.parse_args()
    show(f"seed {options.seed}")
    folder = Path(tempfile.mkdtemp(prefix="soak-"))  # left where something was lost
    found: dict[str, Any] = {"seed": options.seed, "edits": {}}
    with warm.started(folder / "warm") as processes:
        for name in soaked(folder / "project", processes, options.edits, options.seed):
            found["edits"][name] = found["edits"].get(name, 0) + 1
            if options.results:
                write(options.results, "soak", found)
    show(summary(found))
    shutil.rmtree(folder)


def soaked(root: Path, processes: warm.Warm, number: int, seed: int) -> Iterator[str]:
    """Yield the kind of each edit that was survived.

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
        started = time.monotonic()
        project.run("dvc", "repro")
        edits.last_seconds = max(3.0, time.monotonic() - started)
        show(f"{turn + 1}: {name} ({what}), repro in {edits.last_seconds:.1f} s")
        project.wait()
        compare(project, f"edit {turn + 1}, {name}")
        yield name


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


def summary(found: dict[str, Any]) -> str:
    """Return the counts as Markdown."""
    edits = found["edits"]
    rows = [f"| {name} | {edits[name]} |" for name in sorted(edits)]
    head = ["| edit, then `dvc repro` | survived |", "|---|---|"]
    return "\n".join([*head, *rows, f"| **all** (seed {found['seed']}) | {sum(edits.values())} |"])


def write(path: Path, part: str, found: object) -> None:
    """Write one part of a JSON file of results."""
    results = json.loads(path.read_text("utf-8")) if path.exists() else {}
    results[part] = found
    path.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
