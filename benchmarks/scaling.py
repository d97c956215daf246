"""What 10, 1,000 and 100,000 hours of music would take, computed from measured unit costs.

    python benchmarks/scaling.py measure [--minutes 30] [--objects 1000 10000 30000 100000]
    python benchmarks/scaling.py table

`measure` writes results/costs.json (half an hour of one core); `table` prints what
docs/scaling.md shows, and writes it there between the comments that mark it. Stages are measured on
the demo corpus, built before, at scale full.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("src", "benchmarks")]

COSTS = ROOT / "results/costs.json"
DOCUMENT = ROOT / "docs/scaling.md"
HOURS = (10, 1_000, 100_000)
CORES = 64
STEP_SECONDS = 2.0  # from window to window
WAV = "data/wav"
AUGMENTED = "data/features/mel_augmented"
LONG_WAIT_S = 60.0  # of a `dvc repro` with nothing to do


def main() -> None:
    """Measure, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("measure", "table"))
    parser.add_argument("--minutes", type=int, default=30, help="of audio, pushed and pulled")
    parser.add_argument("--objects", type=int, nargs="+", default=[1000, 10_000, 30_000, 100_000])
    options = parser.parse_args()
    if options.what == "measure":
        import unit_costs

        found = unit_costs.measure(ROOT / "data/demo", options.minutes, options.objects)
        commit = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
        head = subprocess.check_output(commit, text=True).strip()
        measured = {"command": f"python {' '.join(sys.argv)}", "commit": head} | found
        COSTS.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_tables(text), encoding="utf-8")
    sys.stdout.write("\n".join(lines(costs())) + "\n")


def costs() -> dict[str, Any]:
    """Return the measured unit costs."""
    found: dict[str, Any] = json.loads(COSTS.read_text(encoding="utf-8"))
    return found


def with_tables(text: str) -> str:
    """Return the document with what stands between its marks computed anew."""
    body = "\n".join(lines(costs()))
    marked = re.compile(r"(<!-- costs -->\n).*?(\n<!-- end of costs -->)", re.DOTALL)
    return marked.sub(lambda match: match[1] + body + match[2], text)


def lines(known: dict[str, Any]) -> Iterator[str]:
    """Yield the tables, in Markdown."""
    stages = known["stages"]
    yield (
        f"Measured at {known['commit']} by `{known['command']}`, on {stages['hours']:.2f} hours "
        f"in {stages['recordings']} recordings."
    )
    yield ""
    yield "| an hour of music | CPU s |"
    yield "|---|---|"
    yield from (f"| `{name}` | {seconds:.1f} |" for name, seconds in stages["cpu_s"].items())
    yield f"| **all** | {sum(stages['cpu_s'].values()):.1f} |"
    yield ""
    yield f"| | {' | '.join(f'{hours:,} hours' for hours in HOURS)} |"
    yield f"|---{'|---' * len(HOURS)}|"
    for name, value in rows(known).items():
        yield f"| {name} | {' | '.join(value(hours) for hours in HOURS)} |"
    yield ""
    yield "| files in one folder | `dvc add`, s | `dvc repro`, nothing to do, s | MB |"
    yield "|---|---|---|---|"
    for count, steps in known["dvc"].items():
        most = max(megabytes for _, megabytes in steps.values())
        yield f"| {int(count):,} | {steps['add'][0]:.1f} | {steps['repro'][0]:.1f} | {most:,} |"
    yield ""
    limit = (LONG_WAIT_S - line(known, "repro", 0)(0)) / slope(known, "repro", 0)
    yield (
        f"A `dvc repro` with nothing to do reaches {LONG_WAIT_S:.0f} s at {limit:,.0f} segments "
        f"in one folder, which are {limit / known['stages']['files']['data/segments']:,.0f} hours."
    )


def rows(known: dict[str, Any]) -> dict[str, Callable[[float], str]]:
    """Return how each row of the table follows from the hours of music."""
    stages, remotes = known["stages"], known["remote"]
    cpu, size, files = (stages[key] for key in ("cpu_s", "megabytes", "files"))
    recordings = stages["recordings"] / stages["hours"]
    cold = {path: size[path] for path in size if path not in (WAV, AUGMENTED)}
    pushed = sum(count for path, count in files.items() if path != WAV)
    rate = known["input"]["windows_per_second"]
    found: dict[str, Callable[[float], str]] = {
        "stages, one core": lambda h: duration(h * sum(cpu.values())),
        f"– {CORES} cores": lambda h: duration(h * sum(cpu.values()) / CORES),
        "pairs in `near_duplicates`, one core": lambda h: duration(
            (h * recordings) ** 2 / 2 / 1e6 * known["pairs"]["cpu_s_per_million"]
        ),
        "`data/segments`, `data/features` and tables": lambda h: volume(h * sum(cold.values())),
        f"`{WAV}`": lambda h: volume(h * size.get(WAV, 0)),
        f"`{AUGMENTED}`": lambda h: volume(h * size[AUGMENTED]),
        "files that DVC keeps": lambda h: f"{h * sum(files.values()):,.0f}",
        "`dvc add` of the segments": lambda h: duration(of_segments(known, "add", 0, h)),
        "`dvc repro` with nothing to do": lambda h: duration(of_segments(known, "repro", 0, h)),
        "– memory": lambda h: volume(of_segments(known, "repro", 1, h)),
    }
    for label, unit in remotes.items():
        seconds = unit["push_s"]
        found[f"first push, {label} on loopback"] = lambda h, s=seconds: duration(h * pushed * s)
    found["one pass over all windows, one core reading"] = lambda h: duration(
        h * 3600 / STEP_SECONDS / rate
    )
    return found


def of_segments(known: dict[str, Any], step: str, place: int, hours: float) -> float:
    """Return what DVC's step takes with the segments of so many hours: s (place 0) or MB (1)."""
    return line(known, step, place)(hours * known["stages"]["files"]["data/segments"])


def slope(known: dict[str, Any], step: str, place: int) -> float:
    """Return what one more file takes, between the two largest measured folders."""
    (few, low), (many, high) = (
        (int(count), steps[step][place]) for count, steps in list(known["dvc"].items())[-2:]
    )
    return float((high - low) / (many - few))


def line(known: dict[str, Any], step: str, place: int) -> Callable[[float], float]:
    """Return cost by number of files: the smallest measured cost, or the line through the top."""
    measured = [(int(count), steps[step][place]) for count, steps in known["dvc"].items()]
    (most, top), least = measured[-1], measured[0][1]
    per_file = slope(known, step, place)
    return lambda count: max(least, top + (count - most) * per_file)


def duration(seconds: float) -> str:
    """Return seconds as a text with a fitting unit."""
    for unit, size in (("years", 31_557_600), ("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.{0 if seconds >= 100 * size else 1}f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def volume(megabytes: float) -> str:
    """Return megabytes as a text with a fitting unit."""
    for unit, size in (("TB", 1e6), ("GB", 1e3)):
        if megabytes >= size:
            return f"{megabytes / size:,.3g} {unit}"
    return f"{megabytes:.0f} MB"


if __name__ == "__main__":
    main()
