"""What 10, 1,000 and 100,000 hours of music would take, computed from measured unit costs.

    python benchmarks/scaling.py measure music    # the stages, on the demo corpus, at scale full
    python benchmarks/scaling.py measure remotes  # a push and a pull of half an hour
    python benchmarks/scaling.py measure folders  # DVC with up to 100,000 files in one folder
    python benchmarks/scaling.py table

`measure` writes one part of results/costs.json; every command then writes the tables that follow
into docs/scaling.md, between the comments that mark them, and prints them.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("src", "benchmarks")]

COSTS = ROOT / "results/costs.json"
DOCUMENT = ROOT / "docs/scaling.md"
HOURS = (10, 1_000, 100_000)
CORES = 64
STEP_SECONDS = 2.0  # from window to window
WAV = "data/wav"  # not pushed
SEGMENTS = "data/segments"
AUGMENTED = "data/features/mel_augmented"
LONG_WAIT_S = 60.0  # of a `dvc repro` with nothing to do


def main() -> None:
    """Measure a part, if asked to, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("table")
    commands.add_parser("measure").add_argument("part", choices=("music", "remotes", "folders"))
    options = parser.parse_args()
    if options.command == "measure":
        keep(options.part)
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_tables(text), encoding="utf-8")
    sys.stdout.write("\n".join(lines(costs())) + "\n")


def keep(part: str) -> None:
    """Measure a part and write it to results/costs.json, with the command and the commit."""
    import unit_costs  # imports every package, of which the tables need none

    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "music": lambda: unit_costs.music(ROOT / "data/demo"),
        "remotes": lambda: unit_costs.remotes(minutes=30),
        "folders": lambda: unit_costs.folders([1_000, 10_000, 30_000, 100_000]),
    }
    commit = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    how = {
        "command": f"python benchmarks/scaling.py measure {part}",
        "commit": subprocess.check_output(commit, text=True).strip(),
    }
    known = costs() if COSTS.exists() else {}
    known[part] = how | measures[part]()
    COSTS.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


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
    music, folders = known["music"], known["folders"]
    for part, body in known.items():
        yield f"- {part}: `{body['command']}`, at {body['commit']}"
    yield ""
    yield (
        f"On {music['hours']:.2f} hours of music in {music['recordings']} recordings, at scale "
        "full, on one core:"
    )
    yield ""
    yield "| stage | CPU s for an hour of music |"
    yield "|---|---|"
    yield from (f"| `{name}` | {seconds:.1f} |" for name, seconds in music["cpu_s"].items())
    yield f"| **all** | {sum(music['cpu_s'].values()):.1f} |"
    yield ""
    yield f"| | {' | '.join(f'{hours:,} hours' for hours in HOURS)} |"
    yield f"|---{'|---' * len(HOURS)}|"
    for name, value in rows(known).items():
        yield f"| {name} | {' | '.join(value(hours) for hours in HOURS)} |"
    yield ""
    yield "| files in one folder | `dvc add`, CPU s | `dvc repro` with nothing to do, CPU s | MB |"
    yield "|---|---|---|---|"
    for count, steps in folders["folders"].items():
        most = max(megabytes for _, megabytes in steps.values())
        yield f"| {int(count):,} | {steps['add'][0]:.1f} | {steps['repro'][0]:.1f} | {most:,} |"
    yield ""
    limit = files_at(known, LONG_WAIT_S)
    yield (
        f"A `dvc repro` with nothing to do takes {LONG_WAIT_S:.0f} s at {limit:,.0f} files in one "
        f"folder: the segments of {limit / music['files'][SEGMENTS]:,.0f} hours."
    )


def rows(known: dict[str, Any]) -> dict[str, Callable[[float], str]]:
    """Return how each row of the table follows from the hours of music."""
    music = known["music"]
    cpu, size, files = (music[key] for key in ("cpu_s", "megabytes", "files"))
    seconds, pairs_s = sum(cpu.values()), music["pairs_cpu_s_per_million"] / 1e6
    recordings = music["recordings"] / music["hours"]
    shared = {path: count for path, count in files.items() if path != WAV}
    rest = sum(size[path] for path in shared if path not in (SEGMENTS, AUGMENTED))
    found: dict[str, Callable[[float], str]] = {
        "stages, one core": lambda h: duration(h * seconds),
        f"– {CORES} cores": lambda h: duration(h * seconds / CORES),
        "`near_duplicates`, its pairs": lambda h: duration((h * recordings) ** 2 / 2 * pairs_s),
        "`data/segments`": lambda h: volume(h * size[SEGMENTS]),
        "`data/features/mel_augmented`": lambda h: volume(h * size[AUGMENTED]),
        "other features and tables": lambda h: volume(h * rest),
        "files to push": lambda h: f"{h * sum(shared.values()):,.0f}",
    }
    for label, unit in known["remotes"]["servers"].items():
        found[f"first push of them, {label}, DVC's CPU"] = lambda h, s=unit["push_s"]: duration(
            h * sum(shared.values()) * s
        )
    found |= {
        "`dvc add` of the segments": lambda h: duration(of_segments(known, "add", 0, h)),
        "`dvc repro` with nothing to do": lambda h: duration(of_segments(known, "repro", 0, h)),
        "– memory": lambda h: volume(of_segments(known, "repro", 1, h)),
        "all windows read once, one core": lambda h: duration(
            h * 3600 / STEP_SECONDS / music["windows_per_second"]
        ),
    }
    return found


def of_segments(known: dict[str, Any], step: str, place: int, hours: float) -> float:
    """Return what DVC's step takes with the segments of so many hours: s (place 0) or MB (1).

    Between two measured folders by a straight line; beyond the largest, by the last of them.
    """
    files = hours * known["music"]["files"][SEGMENTS]
    counts, measured = curve(known, step, place)
    if files <= counts[-1]:
        return float(np.interp(files, counts, measured))
    return float(measured[-1] + (files - counts[-1]) * last_slope(counts, measured))


def files_at(known: dict[str, Any], seconds: float) -> float:
    """Return how many files in one folder make an idle `dvc repro` last so long."""
    counts, measured = curve(known, "repro", 0)
    return counts[-1] + (seconds - measured[-1]) / last_slope(counts, measured)


def curve(known: dict[str, Any], step: str, place: int) -> tuple[list[int], list[float]]:
    """Return the measured numbers of files, and the cost of each."""
    folders = known["folders"]["folders"]
    counts = sorted(map(int, folders))
    return counts, [folders[str(count)][step][place] for count in counts]


def last_slope(counts: list[int], measured: list[float]) -> float:
    """Return the cost of a file between the two largest folders."""
    return (measured[-1] - measured[-2]) / (counts[-1] - counts[-2])


def duration(seconds: float) -> str:
    """Return seconds as a text with a fitting unit."""
    for unit, size in (("years", 31_557_600), ("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.{0 if seconds >= 100 * size else 1}f} {unit}"
    return f"{seconds:.1g} s" if seconds < 1 else f"{seconds:.0f} s"


def volume(megabytes: float) -> str:
    """Return megabytes as a text with a fitting unit."""
    for unit, size in (("TB", 1e6), ("GB", 1e3)):
        if megabytes >= size:
            return f"{megabytes / size:,.3g} {unit}"
    return f"{megabytes:.0f} MB"


if __name__ == "__main__":
    main()
