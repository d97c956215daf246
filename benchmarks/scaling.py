"""What 10, 1,000 and 100,000 hours of audio take, from what an hour was measured to cost.

    python benchmarks/scaling.py measure --results docs/measured/scaling.json
    python benchmarks/folder_objects.py --results docs/measured/scaling.json
    python benchmarks/remote.py --results docs/measured/scaling.json
    python benchmarks/scaling.py table

The last writes the tables of docs/scaling.md, large-corpora.md, near-duplicates.md and remotes.md,
between the comments that mark them. `extrapolation` has the arithmetic.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / name) for name in ("src", "benchmarks", "tools/docs", "tests/resilience/harness")
]

import committed  # noqa: E402
import scaling_tables  # noqa: E402
import survived  # noqa: E402

RESULTS = ROOT / "docs/measured/scaling.json"
PARTS = ("hour", "near_duplicates", "training")
PAGES = {
    f"{name}.md": ROOT / f"docs/{name}.md"
    for name in ("scaling", "large-corpora", "near-duplicates", "remotes")
}


def main() -> None:
    """Measure an hour, or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("measure", "table"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--part", choices=PARTS, help="measure it alone")
    options = parser.parse_args()
    if options.what == "measure":
        for part in [options.part] if options.part else PARTS:
            survived.keep(options.results, part, measure(part))
        return
    tables = scaling_tables.every(survived.read(options.results), committed.params())
    for name, path in PAGES.items():
        path.write_text(
            committed.with_tables(path.read_text("utf-8"), tables[name]), encoding="utf-8"
        )


def measure(part: str) -> dict[str, Any]:
    """Return what a part of the results was measured to be."""
    if part == "training":
        import training_input

        return training_input.measure(committed.params()["scales"]["full"])
    import unit_costs  # librosa and all

    if part == "near_duplicates":
        return unit_costs.matching()
    return unit_costs.an_hour()


if __name__ == "__main__":
    main()
