"""Compare preprocessing a whole corpus with preprocessing it again after one recording was added.

    python benchmarks/growing.py --recordings 250 --minutes 3

Prints a Markdown table: CPU seconds (children included) and wall seconds of each stage in the first
run, in a run that finds everything in the store, and in one with one recording more.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import preprocess
from preprocess import Cost, generate, measured, show

STAGES = [
    *preprocess.STAGES,
    ("near_duplicates", ["out/segments", "out/near_duplicates.csv"]),
    ("split", ["catalogue.csv", "out/near_duplicates.csv", "out/split.csv"]),
    ("window_statistics", ["out/segments", "out/statistics"]),
    ("augment", ["out/segments", "out/mel", "out/split.csv", "out/augmented"]),
]
Stages = Sequence[tuple[str, list[str]]]


def main() -> None:
    """Run preprocessing three times and print what each run costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=250)
    parser.add_argument("--minutes", type=int, default=3, help="length of each recording")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    scratch = preprocess.ROOT / ".takht"  # Git ignores it
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        here = Path(name)
        (here / "params.yaml").write_text(preprocess.PARAMS)
        *_, last = generate(here, options.minutes, options.recordings + 1)
        aside = last.rename(here / last.name)
        first = run(here, options.workers)
        again = run(here, options.workers)
        aside.rename(last)
        added = run(here, options.workers)
    show(f"{options.recordings} × {options.minutes} min, {options.workers} workers; CPU s (wall s)")
    show("| stage | first run | again | one added | one added : first |")
    show("|---|---|---|---|---|")
    for stage in [*first, "**all**"]:
        costs = [
            total(each) if stage == "**all**" else each[stage] for each in (first, again, added)
        ]
        cells = " | ".join(f"{cost.cpu_s:.1f} ({cost.wall_s:.1f})" for cost in costs)
        show(f"| {stage} | {cells} | 1/{costs[0].cpu_s / costs[2].cpu_s:.0f} |")


def run(here: Path, workers: int, stages: Stages = STAGES) -> dict[str, Cost]:
    """Return the cost of each stage, run as DVC would run it."""
    variables = {"TAKHT_WORKERS": str(workers), "TAKHT_STORE": str(here / "store")}
    costs = {}
    for stage, words in stages:
        argv = [sys.executable, preprocess.ROOT / "src" / f"{stage}.py", *words]
        costs[stage] = measured(argv, cwd=here, env=variables | {"TAKHT_STORE_GB": "100"})
    return costs


def total(costs: dict[str, Cost]) -> Cost:
    """Return the sum of CPU and wall seconds."""
    cpu_s, wall_s = (
        sum(getattr(cost, name) for cost in costs.values()) for name in ("cpu_s", "wall_s")
    )
    return Cost(cpu_s, wall_s, max(cost.peak_mb for cost in costs.values()))


if __name__ == "__main__":
    main()
