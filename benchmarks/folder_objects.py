"""What DVC costs as the files of one folder grow in number.

    python benchmarks/folder_objects.py --results docs/measured/scaling.json

Prints a Markdown table, and keeps what it shows in the JSON file, if one is named: `dvc add` of a
folder of tiny files, the first `dvc repro` of a stage that depends on it, then `dvc repro` and
`dvc status` with nothing to do. CPU seconds, which depend less on what else the machine does, and
the memory of the largest process.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "tests/resilience/harness"))

import survived  # noqa: E402
from preprocess import Cost, measured  # noqa: E402

FILES_A_FOLDER = 100
COUNTS = (1_000, 10_000, 30_000, 100_000)
STEPS = {
    "add": ("add", "--quiet", "files"),
    "first repro": ("repro", "--quiet"),
    "repro": ("repro", "--quiet"),
    "status": ("status", "--quiet"),
}
STAGE = """
stages:
  count:
    cmd: python -c "open('count.txt', 'w').write('0')"
    deps: [files]
    outs: [count.txt]
"""


def main() -> None:
    """Measure folders of each size and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    found = {}
    for count in options.objects:
        found[count] = steps(count)
        if options.results:  # at once: the largest folder takes many minutes
            keep(options.results, found)
    sys.stdout.write("\n".join(table(found)) + "\n")


def steps(count: int) -> dict[str, Cost]:
    """Return the cost of every step with a folder of so many files."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        write(here / "files", count)
        (here / "dvc.yaml").write_text(STAGE)
        dvc = Path(sys.executable).with_name("dvc")
        subprocess.run([dvc, "init", "--no-scm", "--quiet"], cwd=here, check=True)
        return {step: measured([dvc, *words], cwd=here) for step, words in STEPS.items()}


def keep(path: Path, found: dict[int, dict[str, Cost]]) -> None:
    """Write the points measured now, beside those of other sizes that the file has."""
    before = from_plain(survived.read(path).get("folder_objects", {}))
    survived.keep(path, "folder_objects", plain(dict(sorted((before | found).items()))))


def plain(found: dict[int, dict[str, Cost]]) -> dict[str, Any]:
    """Return the curve as JSON holds it."""
    return {
        str(count): {step: asdict(cost) for step, cost in costs.items()}
        for count, costs in found.items()
    }


def from_plain(part: dict[str, Any]) -> dict[int, dict[str, Cost]]:
    """Return the curve that JSON holds."""
    return {
        int(count): {step: Cost(**cost) for step, cost in costs.items()}
        for count, costs in part.items()
    }


def write(folder: Path, count: int) -> None:
    """Write small files that differ, a hundred in each subfolder."""
    for number in range(count):
        inner = folder / f"{number // FILES_A_FOLDER:04d}"
        if number % FILES_A_FOLDER == 0:
            inner.mkdir(parents=True)
        (inner / f"{number:06d}").write_text(str(number))


def table(found: dict[int, dict[str, Cost]]) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    heads = " | ".join(f"`{step}`, CPU s" for step in STEPS)
    yield f"| files in the folder | {heads} | peak MB |"
    yield f"|---{'|---' * len(STEPS)}|---|"
    for count, costs in found.items():
        seconds = " | ".join(f"{costs[step].cpu_s:.1f}" for step in STEPS)
        yield f"| {count:,} | {seconds} | {max(cost.peak_mb for cost in costs.values()):.0f} |"


if __name__ == "__main__":
    main()
