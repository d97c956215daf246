"""Inject faults, one after another, and show what a user sees and what heals each.

    python tests/resilience/harness/faults.py --results docs/measured/reliability.json

After each fault `dvc repro` has to give the outputs of an undisturbed run, byte for byte, with
nothing temporary left. The project stands on a disk of its own (a tmpfs in a mount namespace),
which is how a disk gets full. Prints a Markdown table.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import takht.stage  # noqa: F401 (pins the instructions before NumPy loads, as in a stage)

import numpy as np
import survived
import warm
from fault_project import FaultProject, mounted
from injections import INJECTIONS, Injection
from soak_project import Lost

DISK_MB = 600
_INSIDE = "TAKHT_FAULTS_INSIDE"


def main() -> None:
    """Inject every fault, and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--results", type=Path, help="a JSON file whose part `faults` is written")
    options = parser.parse_args()
    if not os.environ.get(_INSIDE):
        _enter_namespace()
    found, lost = [], 0
    here = Path(tempfile.mkdtemp(prefix="faults-"))  # left where something was lost
    disk = mounted(here / "disk", DISK_MB)
    with warm.started(here / "warm") as processes:
        project = FaultProject(disk / "project", processes, np.random.default_rng(1))
        for each in INJECTIONS:
            try:
                row = {"fault": each.fault, "stage": each.stage, **injected(each, project)}
            except Lost as error:
                survived.show(f"LOST {each.fault} ({each.stage}): {error}")
                lost += 1
                continue
            survived.show(f"{each.fault} ({each.stage}): {row['seen']}")
            found.append(row)
    if options.results:
        survived.keep(options.results, "faults", found)
    if lost:
        sys.exit(f"{lost} of {len(INJECTIONS)} faults lost something; left in {here}")
    for place in (here / "small", disk):
        subprocess.run(["umount", str(place)], check=True)
    shutil.rmtree(here)


def injected(injection: Injection, project: FaultProject) -> dict[str, str]:
    """Return what is seen of a fault and what heals it.

    Raises:
        Lost: it is not healed, or something is left.
    """
    try:
        seen = project.relative(injection.inject(project))
    finally:  # the next one, too, is put into a sound project
        project.empty_disk()
        project.run("dvc", "repro")
    now, whole = project.everything(), project.whole
    if differ := [path for path in now.keys() | whole if now.get(path) != whole.get(path)]:
        raise Lost(f"{injection.fault}: not healed: {sorted(differ)[:5]}")
    if left := project.left_over():
        raise Lost(f"{injection.fault}: left over: {left}")
    return {"seen": seen, "healed": injection.healed}


def _enter_namespace() -> None:
    """Become this program in a mount namespace of its own, in which one may mount."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    words = ["unshare", "--mount", *user, sys.executable, *sys.argv]
    os.execvpe("unshare", words, os.environ | {_INSIDE: "1"})


if __name__ == "__main__":
    main()
