"""Write the tables of docs/reliability.md.

    python tools/docs/reliability.py table

They stand between the comments that mark them. They come from docs/measured/reliability.json, whose
parts kills.py, soak.py and faults.py in tests/resilience/harness write; the number of odd files
comes from the table that `tests/helpers/odd_files.py --table` makes. A run that loses something
ends there and then: what these files count was survived.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import committed
from committed import ROOT

sys.path[:0] = [str(ROOT / name) for name in ("src", "tests/resilience/harness")]

import kills  # noqa: E402
import soak  # noqa: E402
import survived  # noqa: E402

RESULTS = ROOT / "docs/measured/reliability.json"
PAGE = ROOT / "docs/reliability.md"


def with_tables(text: str, results: dict[str, Any]) -> str:
    """Return the page with each part's table between its comments, and the summary on top."""
    tables = {part: table(results[part]) for part, table in TABLES.items() if part in results}
    tables["summary"] = summary(odd_files(text), results)
    lines = {name: table.splitlines() for name, table in tables.items()}
    return committed.with_tables(text, lines)


def summary(odd: dict[str, int], results: dict[str, Any]) -> str:
    """Return what was tried, how often, and that nothing was lost."""
    head = ["| what was tried | how often | lost |", "|---|---|---|"]
    return "\n".join(
        [*head, *(f"| {what} | {number} | nothing |" for what, number in _tried(odd, results))]
    )


def _tried(odd: dict[str, int], results: dict[str, Any]) -> Iterator[tuple[str, str]]:
    verdicts = ", ".join(f"{odd[word]} {word}" for word in _VERDICTS)
    yield "bad input", f"{odd['files']} files of {odd['kinds']} kinds: {verdicts}"
    if "kills" in results:
        stages = results["kills"]["stages"]
        for kind, what in _KINDS.items():
            counts = [each[kind] for each in stages.values() if each[kind]]
            yield what, f"{sum(counts)} times, in {len(counts)} stages"
    if "faults" in results:
        stages = {each["stage"] for each in results["faults"]}
        yield "faults injected", f"{len(results['faults'])}, in {len(stages)} stages"
    if "soak" in results:
        edits = results["soak"]["edits"]
        kinds = {name.removesuffix(soak.TOO_LATE) for name in edits}
        yield "random edits, one after another", f"{sum(edits.values())} of {len(kinds)} kinds"


_VERDICTS = ("accepted", "rejected", "ignored")
_KINDS = {
    "killed": "a stage killed",
    "interrupted": "a stage interrupted",
    "workers_killed": "a worker process killed",
}


def odd_files(text: str) -> dict[str, int]:
    """Return how many kinds, files and verdicts of each sort the page's table of odd files has."""
    table = text.split("<!-- odd files -->\n")[1].split("<!-- end of odd files -->")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:-1]]
    found = Counter({"kinds": len(rows), "files": sum(int(row[1]) for row in rows)})
    for row in rows:
        for count, word in re.findall(rf"(\d+) ({'|'.join(_VERDICTS)})", row[2]):
            found[word] += int(count)
    return found


def faults(found: list[dict[str, str]]) -> str:
    """Return each fault, what a user sees, and how to recover."""
    head = ["| fault | stage | what you see | how to recover |", "|---|---|---|---|"]
    return "\n".join([*head, *(_row(each) for each in found)])


def _row(each: dict[str, str]) -> str:
    cells = [each["fault"], each["stage"], f"`{each['seen']}`", each["healed"]]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


TABLES = {"kills": kills.table, "faults": faults, "soak": soak.table}


def main() -> None:
    """Write the page."""
    if sys.argv[1:] != ["table"]:
        sys.exit("usage: python tools/docs/reliability.py table")
    PAGE.write_text(
        with_tables(PAGE.read_text(encoding="utf-8"), survived.read(RESULTS)), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
