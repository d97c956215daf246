"""Results that README and docs show, measured by `run` and `keep`, written by `table`.

    results.py run ROOT NAME [EXPERIMENT …]
    results.py networks ROOT NAME
    results.py keep TIMINGS
    results.py generation ROOT NAME
    results.py keep-generation TIMINGS
    results.py table

`run` builds the pipeline and its checks for a corpus in a clone of HEAD, and keeps what it measured
in docs/measured/NAME.json: every experiment, or with EXPERIMENT these alone, the others' results
staying as they are. It takes half an hour with the networks. `networks` trains and tests at
`scale: laptop`, on three splits, and keeps the test recordings' predictions in
docs/measured/networks-NAME.json; what is finished is in DVC's cache, so it can be interrupted.
`keep` does so for what stands here
already, with the seconds that TAKHT_TIMINGS gathered: docs/measured/demo.json. `generation` and
`keep-generation` are the same for the generation branch, in docs/measured/generation-NAME.json; how
long `takht generate` takes is measured then. `table` writes their tables from those files,
between the comments that mark them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import committed
import generation_table
import networks_table
import numpy as np
import pandas as pd
import yaml

from takht.classifiers import predictions
from takht.core import tables
from takht.core.randomness import rng_for
from takht.evaluation.metrics import (
    bootstrap_accuracy,
    bootstrap_interval,
    bootstrap_macro_f1,
    draw_resamples,
)
from takht.report.page.generation_measures import shown

ROOT = Path(__file__).parents[2]
_share = partial(shown, digits=3)
TITLES = {"public": "Public corpus", "demo": "Demo corpus", "scores": "Rendered scores"}
PAGES = ("README.md", "docs/results.md", "docs/generation.md")  # that have tables
MEASURED = ("public", "demo")  # with every experiment; of "scores" the cross-validation alone
RESAMPLES = 2000
SPLIT_SEEDS = (1, 2, 3)  # of `networks`
GENERATION = "generation/dvc.yaml"
GENERATION_STAGES = {
    *("generation_spectrogram", "study_spectrogram", "train_vae", "fit_codec", "train_prior"),
    *("generate", "evaluate_generation"),
}


def run(corpus: Path, name: str, only: list[str]) -> None:
    """Measure the experiments on a corpus and write docs/measured/<name>.json."""
    if len({"baseline", "best"} & set(only)) == 1:
        sys.exit("results.py: baseline and best are compared: name both or neither")
    with tempfile.TemporaryDirectory() as scratch:
        clone, timings = Path(scratch) / "takht", ROOT / f".takht/timings-{name}.jsonl"
        text = clone_head(corpus, clone, timings)
        checks = ("crossval", "leak", "sanity_checks")
        names = only or list(yaml.safe_load(text)["experiments"])
        targets = [f"checks/dvc.yaml:{check}@{each}" for check in checks for each in names]
        run_dvc(clone, timings, "repro", *(f"evaluate@{each}" for each in names))
        trained = _seconds(timings)
        for each in names:
            if f"train@{each}" not in trained:
                # Its model came from the cache: train it once more, for the seconds.
                run_dvc(clone, timings, "repro", "-s", "-f", "--no-run-cache", f"train@{each}")
        run_dvc(clone, timings, "repro", *targets)
        keep(name, summarised(clone, timings, only, name))


def run_generation(corpus: Path, name: str) -> None:
    """Measure the generation branch on a corpus and write docs/measured/generation-<name>.json."""
    with tempfile.TemporaryDirectory() as scratch:
        clone, timings = Path(scratch) / "takht", ROOT / f".takht/timings-generation-{name}.jsonl"
        clone_head(corpus, clone, timings)
        run_dvc(clone, timings, "repro", GENERATION)
        for stage in GENERATION_STAGES - set(_seconds(timings)):
            # Its output came from the cache: make it once more, for the seconds.
            run_dvc(clone, timings, "repro", "-s", "-f", "--no-run-cache", f"{GENERATION}:{stage}")
        keep(f"generation-{name}", generation_summarised(clone, timings))


def run_networks(corpus: Path, name: str) -> None:
    """Train and test on each split, and write docs/measured/networks-<name>.json."""
    experiments: dict[str, dict[str, list[Any]]] = {}
    for seed in SPLIT_SEEDS:
        with tempfile.TemporaryDirectory() as scratch:
            clone, timings = Path(scratch) / "takht", ROOT / f".takht/timings-{name}-{seed}.jsonl"
            text = clone_head(corpus, clone, timings)
            text = re.sub(r"(?m)^scale: \w+", "scale: laptop", text)
            text = re.sub(r"(?m)(^split:\n(?:  .*\n)*?  seed: )\d+", rf"\g<1>{seed}", text)
            (clone / "params.yaml").write_text(text, encoding="utf-8")
            names = list(yaml.safe_load(text)["experiments"])
            run_dvc(clone, timings, "repro", *(f"evaluate@{key}" for key in names))
            for key in names:
                found = experiments.setdefault(key, {"epochs": [], "tested": []})
                curve = tables.read_table(clone / f"plots/learning_curves/{key}.csv")
                found["epochs"].append(len(curve))
                tested = tables.read_table(clone / f"plots/confusion/{key}.csv")
                found["tested"].append(tested.to_numpy().tolist())
    keep(f"networks-{name}", {"scale": "laptop", "commit": _head(ROOT), "experiments": experiments})


def clone_head(corpus: Path, clone: Path, timings: Path) -> str:
    """Clone HEAD, point it at the corpus and at this project's cache; return its params.yaml."""
    timings.parent.mkdir(exist_ok=True)
    timings.unlink(missing_ok=True)  # seconds of an earlier commit would pass for this one's
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    params = clone / "params.yaml"
    text = params.read_text(encoding="utf-8")
    if str(corpus) != yaml.safe_load(text)["corpus"]["root"]:  # else a stage makes it
        root = json.dumps(str(corpus.resolve()), ensure_ascii=False)
        text = re.sub(r"(?m)^  root: \S+", lambda _match: f"  root: {root}", text)
        params.write_text(text, encoding="utf-8")
    # One cache, so that what has been built once is not built again.
    run_dvc(clone, timings, "cache", "dir", "--local", str(ROOT / ".dvc/cache"))
    return text


def keep(name: str, summary: dict[str, Any]) -> None:
    """Write docs/measured/<name>.json."""
    path = ROOT / f"docs/measured/{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def summarised(project: Path, timings: Path, only: list[str], name: str) -> dict[str, Any]:
    """Return scale, each experiment's commit, metrics and checks, and how `best` differs.

    With `only`, what docs/measured/<name>.json says of the other experiments is kept.
    """
    params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    trained = _seconds(timings)
    head = _head(project)
    before = ROOT / f"docs/measured/{name}.json"
    known = committed.read(before) if only and before.exists() else {"experiments": {}}
    kept, experiments = known["experiments"], {}
    for key in params["experiments"]:
        if only and key not in only:
            experiments |= {key: kept[key]} if key in kept else {}
            continue
        found: dict[str, Any] = {
            "commit": head,
            "metrics": committed.read(project / f"metrics/{key}.json"),
        }
        for check in ("crossval", "leak", "sanity_checks"):
            found[check] = committed.read(project / f"metrics/{check}/{key}.json")
        experiments[key] = found | {"train_cpu_s": trained[f"train@{key}"]}
    pair = ("baseline", "best")
    if not only or set(pair) <= set(only):
        files = (project / f"plots/crossval/{key}.csv" for key in pair)
        known["best_over_baseline"] = paired(*(tables.read_table(file) for file in files))
    return {
        "scale": params["scale"],
        "experiments": experiments,
        "best_over_baseline": known["best_over_baseline"],
    }


def generation_summarised(project: Path, timings: Path) -> dict[str, Any]:
    """Return scale, commit, all measures of the branch, and what they cost."""
    params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    stages = _seconds(timings)
    ours = stages["fit_codec"] + stages["train_prior"]
    return {
        "scale": params["scale"],
        "commit": _head(project),
        "metrics": committed.read(project / "metrics/generation.json"),
        "cpu_s": {"study_vae": stages["train_vae"], "codec": round(ours, 3)},
        "stages_cpu_s": {stage: stages[stage] for stage in sorted(GENERATION_STAGES)},
        "branch_cpu_s": round(sum(stages[stage] for stage in GENERATION_STAGES), 3),
        "real_time_factor": round(real_time_factor(project), 4),
    }


def real_time_factor(project: Path) -> float:
    """Return how long `takht generate` takes for a piece of a minute, start-up and all, over it."""
    with tempfile.TemporaryDirectory() as scratch:
        words = ["takht", "generate", "--seconds", "60", "-o", f"{scratch}/piece.wav"]
        started = time.perf_counter()
        subprocess.run(words, cwd=project, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - started) / 60


def paired(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, list[float]]:
    """Return the difference of two cross-validations, with a 95 % interval over recordings.

    By score: difference, low, high. Recordings are resampled, each with all its repeats.
    """
    composers = sorted(set(before["composer"]))

    def numbers(table: pd.DataFrame, column: str) -> np.ndarray:
        """Return composers' numbers, shape (repeats, recordings)."""
        wide = table.pivot(index="repeat", columns="recording", values=column)
        rows = [predictions.encode_composers(row, composers) for _, row in wide.iterrows()]
        return np.stack(rows)

    actual = numbers(before, "composer")[0]
    assert (actual == numbers(after, "composer")[0]).all(), "not the same recordings"
    places = draw_resamples(len(actual), RESAMPLES, rng_for(1, "paired"))
    whole = np.arange(len(actual))[None]
    found = {}
    for key, score in (
        ("accuracy_recordings", bootstrap_accuracy),
        ("macro_f1_recordings", bootstrap_macro_f1),
    ):

        def mean(table: pd.DataFrame, at: np.ndarray, score: Any = score) -> np.ndarray:
            rows = numbers(table, "predicted")
            return np.mean([score(actual, predicted, at) for predicted in rows], axis=0)

        gain = mean(after, whole)[0] - mean(before, whole)[0]
        low, high = bootstrap_interval(mean(after, places) - mean(before, places))
        found[key] = [round(float(value), 4) for value in (gain, low, high)]
    return found


def test_table(name: str) -> Iterator[str]:
    """Yield the lines of a corpus's table of test scores, in Markdown."""
    results = committed.read(ROOT / f"docs/measured/{name}.json")
    first = next(iter(results["experiments"].values()))["metrics"]
    every = results["experiments"].values()
    windows = dict.fromkeys(str(each["metrics"]["n_windows"]) for each in every)
    commits = dict.fromkeys(each["commit"] for each in every)
    yield (
        f"**{TITLES[name]}**, split by recording: {first['n_composers']} composers, "
        f"{first['n_recordings']} test recordings ({' or '.join(windows)} windows), "
        f"scale {results['scale']}, measured at {' and '.join(commits)}."
    )
    yield ""
    yield (
        "| experiment | recording accuracy | macro-F1 | window accuracy "
        "| *recordings / windows, leaky split: do not believe* | leak gap "
        "| permuted labels (chance) | unknown composers, AUROC | training, CPU s "
        "| MFLOP per window |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for key, found in results["experiments"].items():
        m, leak, controls = found["metrics"], found["leak"], found.get("sanity_checks")
        shuffled = strangers = "–"  # not run on this split
        if controls:
            shuffled = (
                f"{_share(controls['permuted_label_accuracy'])} "
                f"({_share(controls['majority_class_share'])})"
            )
            strangers = _share(controls.get("open_set_auroc"))
            if (identified := controls.get("unknown_identified_at_95")) is not None:
                strangers += f" ({_share(identified)})"
        yield (
            f"| `{key}` | {_interval(m, 'accuracy_recordings')} "
            f"| {_interval(m, 'macro_f1_recordings')} | {_share(m['accuracy_windows'])} "
            f"| *{_share(leak.get('accuracy_recordings_leaky'))} / "
            f"{_share(leak['accuracy_windows_leaky'])}* | {_share(leak['leak_gap'])} "
            f"| {shuffled} | {strangers} "
            f"| {found['train_cpu_s']:.0f} | {m['mflop_per_window']:.2g} |"
        )


def crossval_table() -> Iterator[str]:
    """Yield the lines of the table of cross-validations, in Markdown."""
    results = {name: committed.read(ROOT / f"docs/measured/{name}.json") for name in TITLES}
    shown = {name: found["experiments"]["baseline"]["crossval"] for name, found in results.items()}
    heads = (f"{TITLES[name]} ({one['n_recordings']} recordings)" for name, one in shown.items())
    yield f"| recording accuracy / macro-F1 | repeats | {' | '.join(heads)} |"
    yield f"|---|---|{'---|' * len(results)}"
    for key in results["demo"]["experiments"]:
        cells = []
        for other in results.values():
            m = other["experiments"].get(key, {}).get("crossval")
            if m is None:
                cells.append("–")
                continue
            scored = ("accuracy_recordings", "macro_f1_recordings")
            cells.append(" / ".join(_spread(m, key) for key in scored))
        every = (other["experiments"].get(key) for other in results.values())
        (repeats,) = {each["crossval"]["repeats"] for each in every if each}
        yield f"| `{key}` | {repeats} | {' | '.join(cells)} |"
    gains = [other["best_over_baseline"]["macro_f1_recordings"] for other in results.values()]
    cells = [f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]" for gain, low, high in gains]
    yield f"| *`best` over `baseline`, macro-F1* | | {' | '.join(cells)} |"
    mean, low, high = mean_gain(gains)
    blank = " |" * (len(gains) - 1)
    yield f"| *– mean of the corpora* | | {mean:+.3f} [{low:+.3f}, {high:+.3f}] |{blank}"
    commits = {
        name: " and ".join(dict.fromkeys(each["commit"] for each in found["experiments"].values()))
        for name, found in results.items()
    }
    yield ""
    yield f"Measured at {', '.join(f'{commit} ({name})' for name, commit in commits.items())}."


def mean_gain(gains: list[list[float]]) -> tuple[float, float, float]:
    """Return the mean of (difference, low, high) of corpora that share no recording.

    Their errors are independent, so the halves of the intervals add up as squares.
    """
    values, lows, highs = np.array(gains).T
    half = float(np.sqrt(np.sum(((highs - lows) / 2) ** 2))) / len(gains)
    mean = float(values.mean())
    return mean, mean - half, mean + half


def summary_table() -> Iterator[str]:
    """Yield the lines of the README's table: every experiment, trained on three splits."""
    found = {name: each["experiments"] for name in TITLES if (each := _networks(name))}
    yield f"| recording accuracy | {' | '.join(TITLES[name] for name in found)} |"
    yield f"|---|{'---|' * len(found)}"
    for key in found["demo"]:
        scores = (networks_table.resampled(each[key]["tested"])[0] for each in found.values())
        yield f"| `{key}` | {' | '.join(map(networks_table.with_interval, scores))} |"
    yield ""
    measured = {
        name: committed.read(ROOT / f"docs/measured/{name}.json")["experiments"] for name in TITLES
    }
    pairs = (
        f"{_spread(each['best']['crossval'], 'macro_f1_recordings')} against "
        f"{_spread(each['baseline']['crossval'], 'macro_f1_recordings')} ({TITLES[name].lower()})"
        for name, each in measured.items()
    )
    leak = measured["demo"]["best"]["leak"]
    yield f"Cross-validated ten times, macro-F1 of `best` against `baseline`: {', '.join(pairs)}."
    yield (
        "A model hears windows of five seconds, one every two seconds. A random split by window "
        "puts neighbours of one recording on both sides. On the demo "
        f"corpus, `best` then gets {_share(leak['accuracy_windows_leaky'])} of the windows right; "
        f"on recordings that it never heard it gets {_share(leak['accuracy_windows'])}."
    )


def all_tables() -> dict[str, Iterable[str]]:
    """Return the lines of every table that a page shows, by the name of its place."""
    made: dict[str, Iterable[str]] = {f"results {name}": test_table(name) for name in MEASURED}
    for path in sorted((ROOT / "docs/measured").glob("generation-*.json")):
        name = path.stem.removeprefix("generation-")
        made[f"generation {name}"] = generation_table.table(TITLES[name], committed.read(path))
    networks = {name: found for name in TITLES if (found := _networks(name))}
    for name, found in networks.items():
        made[f"networks {name}"] = networks_table.table(TITLES[name], found)
    made["networks gains"] = networks_table.gains(
        {TITLES[name]: networks[name] for name in networks}
    )
    return made | {"crossval": crossval_table(), "summary": summary_table()}


def with_tables(page: str) -> str:
    """Return a page's text with every table that it has a place for."""
    places = {name: lines for name, lines in all_tables().items() if f"<!-- {name} -->" in page}
    return committed.with_tables(page, places)


def _networks(name: str) -> dict[str, Any] | None:
    """Return what `networks` measured on a corpus, or None."""
    path = ROOT / f"docs/measured/networks-{name}.json"
    return committed.read(path) if path.exists() else None


def _head(project: Path) -> str:
    command = ["git", "-C", str(project), "rev-parse", "--short", "HEAD"]
    return subprocess.check_output(command, text=True).strip()


def run_dvc(project: Path, timings: Path, *words: str) -> None:
    environment = os.environ | {"TAKHT_TIMINGS": str(timings)}
    subprocess.run(["dvc", *words], cwd=project, env=environment, check=True)


def _seconds(timings: Path) -> dict[str, float]:
    """Return the CPU seconds of each stage's last run in a log; `train@best` has its item."""
    lines = timings.read_text(encoding="utf-8").splitlines() if timings.exists() else []
    found = {}
    for each in map(json.loads, lines):
        item = f"@{each['experiment']}" if "experiment" in each else ""
        found[each["stage"] + item] = each["cpu_s"]
    return found


def _spread(metrics: dict[str, float], key: str) -> str:
    spread = metrics.get(f"{key}_std")
    return _share(metrics[key]) + (f" ± {_share(spread)}" if spread is not None else "")


def _interval(metrics: dict[str, float], key: str) -> str:
    low, high = metrics[f"{key}_low"], metrics[f"{key}_high"]
    return f"**{_share(metrics[key])}** [{_share(low)}, {_share(high)}]"


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"] and len(sys.argv) >= 4:
        run(Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
    elif sys.argv[1:2] == ["keep"] and len(sys.argv) == 3:
        keep("demo", summarised(ROOT, Path(sys.argv[2]), [], "demo"))
    elif sys.argv[1:2] == ["networks"] and len(sys.argv) == 4:
        run_networks(Path(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["generation"] and len(sys.argv) == 4:
        run_generation(Path(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["keep-generation"] and len(sys.argv) == 3:
        keep("generation-demo", generation_summarised(ROOT, Path(sys.argv[2])))
    elif sys.argv[1:] == ["table"]:
        for name in PAGES:
            target = ROOT / name
            target.write_text(with_tables(target.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        usage = (
            "run ROOT NAME [EXPERIMENT …] | networks ROOT NAME | keep TIMINGS | "
            "generation ROOT NAME | keep-generation TIMINGS | table"
        )
        sys.exit(f"usage: python tools/docs/results.py {usage}")
