"""Results that the README shows: `results.py run ROOT NAME` measures, `results.py table` writes.

`run` builds the pipeline and the leak for a corpus in a clone of HEAD, and keeps the metrics and
the seconds in results/NAME.json. `table` writes the README's tables from those files, between the
comments that mark them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
CORPORA = {"public": "Public corpus", "demo": "Demo corpus"}


def run(corpus: Path, name: str) -> None:
    """Measure every experiment on a corpus and write results/<name>.json."""
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "takht"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        params = clone / "params.yaml"
        text = params.read_text(encoding="utf-8")
        root = json.dumps(str(corpus.resolve() if corpus.exists() else corpus), ensure_ascii=False)
        params.write_text(re.sub(r"(?m)^  root: \S+", f"  root: {root}", text), encoding="utf-8")
        timings = Path(scratch) / "timings.jsonl"
        environment = os.environ | {"TAKHT_TIMINGS": str(timings)}
        for target in ("dvc.yaml", "checks/dvc.yaml"):
            subprocess.run(["dvc", "repro", target], cwd=clone, env=environment, check=True)
        target = ROOT / f"results/{name}.json"
        target.parent.mkdir(exist_ok=True)
        summary = summarised(clone, timings)
        target.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def summarised(project: Path, timings: Path) -> dict[str, Any]:
    """Return scale, commit and, by experiment, its metrics, its leak and its training's seconds."""
    params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    seconds = [json.loads(line) for line in timings.read_text(encoding="utf-8").splitlines()]
    trained = {line["experiment"]: line["cpu_s"] for line in seconds if line["stage"] == "train"}
    commit = ["git", "-C", str(project), "rev-parse", "--short", "HEAD"]
    experiments = {}
    for name in params["experiments"]:
        metrics = _read(project / f"metrics/{name}.json")
        leak = _read(project / f"metrics/leak/{name}.json")
        experiments[name] = metrics | leak | {"train_cpu_s": trained[name]}
    return {
        "scale": params["scale"],
        "commit": subprocess.check_output(commit, text=True).strip(),
        "experiments": experiments,
    }


def table(name: str) -> Iterator[str]:
    """Yield the lines of a corpus's table, in Markdown."""
    results = _read(ROOT / f"results/{name}.json")
    first = next(iter(results["experiments"].values()))
    yield (
        f"**{CORPORA[name]}**, split by recording: {first['n_composers']} composers, "
        f"{first['n_recordings']} test recordings ({first['n_windows']} windows), "
        f"scale {results['scale']}, measured at {results['commit']}."
    )
    yield ""
    yield (
        "| experiment | recordings right | macro-F1 | windows right "
        "| *leaky split: do not believe* | training, CPU s | MFLOP a window |"
    )
    yield "|---|---|---|---|---|---|---|"
    for key, m in results["experiments"].items():
        yield (
            f"| `{key}` | {_interval(m, 'accuracy_recordings')} "
            f"| {_interval(m, 'macro_f1_recordings')} | {_share(m['accuracy_windows'])} "
            f"| *{_share(m['accuracy_windows_leaky'])}* "
            f"| {m['train_cpu_s']:.0f} | {m['mflop_per_window']:.1f} |"
        )


def with_tables(readme: str) -> str:
    """Return the README's text with every marked table made anew."""
    for name in CORPORA:
        lines = "\n".join(table(name))
        marks = f"<!-- results {name} -->", f"<!-- end of results {name} -->"
        pattern = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.DOTALL)
        block = f"{marks[0]}\n{lines}\n{marks[1]}"
        readme, found = pattern.subn(lambda _match, block=block: block, readme)
        assert found == 1, f"README.md: {marks[0]} must stand there once, found {found} times"
    return readme


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _interval(metrics: dict[str, float], key: str) -> str:
    low, high = metrics[f"{key}_low"], metrics[f"{key}_high"]
    return f"**{_share(metrics[key])}** [{_share(low)}, {_share(high)}]"


def _read(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"] and len(sys.argv) == 4:
        run(Path(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:] == ["table"]:
        path = ROOT / "README.md"
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.exit("usage: python benchmarks/results.py run ROOT NAME | table")
