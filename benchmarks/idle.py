"""What `dvc repro` and `dvc status` cost when there is nothing to do.

    python benchmarks/idle.py --repeats 5

Prints a Markdown table. The project's recordings are few and short, for an idle run does not read
them again; it has every stage and experiment. `status` ends with an error where anything is
stale, so what was measured had nothing to do.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("src", "benchmarks", "tests/helpers", "tools")]

import costs  # noqa: E402
import tiny_project  # noqa: E402
import yaml  # noqa: E402
from preprocess import show  # noqa: E402

COMMANDS = ("repro", "status dvc.yaml")


def main() -> None:
    """Build the project, then repeat each command and print its CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of each command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tiny = built(Path(name) / "project")
        show(f"| {len(tiny.lock())} stages, nothing to do | CPU s, median | least | most |")
        show("|---|---|---|---|")
        for words in COMMANDS:
            found = [idle(tiny.root, words) for _ in range(options.repeats)]
            shown = (statistics.median(found), min(found), max(found))
            show(f"| `dvc {words}` | {' | '.join(f'{cpu_s:.2f}' for cpu_s in shown)} |")


def built(root: Path) -> tiny_project.Project:
    """Return a tiny project with every experiment, all of its pipeline built."""
    tiny = tiny_project.make(root)
    values = tiny.params()
    # DVC parses params.yaml once a stage, whatever of it is used: it is to be as long as ours.
    values["scales"] |= yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["scales"]
    tiny.set_params(values)
    tiny.run("dvc", "repro", "--quiet")
    return tiny


def idle(root: Path, words: str) -> float:
    """Return the CPU seconds of a DVC command."""
    dvc = Path(sys.executable).with_name("dvc")
    cost, _ = costs.run([dvc, *words.split(), "--quiet"], cwd=root)
    return cost.cpu_s


if __name__ == "__main__":
    main()
