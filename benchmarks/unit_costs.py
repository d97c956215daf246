"""What an hour of music costs: each stage, its bytes and files, and reading windows for training.

Measured by `scaling.py measure`, kept in results/costs.json.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import folder_objects
import numpy as np
import remote
import yaml

from takht import segments, tables
from takht.fingerprint_matching import Index
from takht.fingerprints import Landmarks, landmarks
from takht.windows import Features, Windows

ROOT = Path(__file__).parents[1]
BATCH = 32
SECONDS_OF_READING = 10.0
CROWDS = (500, 2_000)  # recordings among which duplicates are looked for
LOOKED_UP = 20  # of them


def music(corpus: Path) -> dict[str, Any]:
    """Return what an hour of the corpus costs at scale full, a pair of recordings, and reading."""
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "takht"
        found = stages(corpus, clone)
        found["pairs_cpu_s_per_million"] = pair_cost(clone / "data/segments")
        return found | {"windows_per_second": input_rate(clone)}


def remotes(minutes: int) -> dict[str, Any]:
    """Return DVC's CPU seconds to push and to pull a minute segment, start-up aside, by server."""
    units = {}
    for label, ways in remote.costs(minutes).items():
        cost = ways[remote.OURS.name]
        seconds = {"push_s": cost.push.cpu_s, "pull_s": cost.pull.cpu_s}
        units[label] = {
            name: round((total - cost.idle.cpu_s) / cost.objects, 4)
            for name, total in seconds.items()
        }
    return {"servers": units}


def folders(counts: list[int]) -> dict[str, Any]:
    """Return CPU seconds and most memory (MB) of DVC's steps, by files in one folder."""
    return {
        "folders": {
            str(count): {step: [round(c.cpu_s, 1), round(c.peak_mb)] for step, c in steps.items()}
            for count, steps in folder_objects.curve(counts).items()
        }
    }


def stages(corpus: Path, clone: Path) -> dict[str, Any]:
    """Return what each stage up to the features costs an hour of the corpus, on one core.

    They run in a clone of HEAD with a cache of its own, so that nothing is taken from elsewhere.
    """
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    values = yaml.safe_load((clone / "params.yaml").read_text("utf-8"))
    values["scale"], values["corpus"]["root"] = "full", str(corpus.resolve())
    (clone / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")
    pipeline = yaml.safe_load((clone / "dvc.yaml").read_text("utf-8"))["stages"]
    made = {name: [next(iter(out)) if isinstance(out, dict) else out for out in body["outs"]]
            for name, body in pipeline.items() if "outs" in body}  # fmt: skip
    targets = [name for name, outs in made.items() if outs[0].startswith("data/features/")]
    timings = clone.parent / "timings.jsonl"
    environment = os.environ | {"TAKHT_TIMINGS": str(timings), "TAKHT_WORKERS": "1"}
    environment["PYTHONPATH"] = str(clone / "src")
    dvc = Path(sys.executable).with_name("dvc")
    command = [dvc, "repro", "--force", "--no-run-cache", "--quiet", *targets]
    subprocess.run(command, cwd=clone, env=environment, check=True)
    seconds = tables.read_table(clone / "data/catalogue.csv", {"seconds": "float64"})["seconds"]
    hours = seconds.sum() / 3600
    spent = [json.loads(line) for line in timings.read_text("utf-8").splitlines()]
    outs = [path for each in spent for path in made[each["stage"]]]
    return {
        "hours": round(hours, 3),
        "recordings": len(seconds),
        "cpu_s": {each["stage"]: round(each["cpu_s"] / hours, 2) for each in spent},
        "megabytes": {path: round(megabytes(clone / path) / hours, 2) for path in outs},
        "files": {path: round(len(files(clone / path)) / hours, 1) for path in outs},
    }


def files(path: Path) -> list[Path]:
    """Return the files at or below the path."""
    return [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]


def megabytes(path: Path) -> float:
    """Return the size of the files at or below the path, MB."""
    return sum(each.stat().st_size for each in files(path)) / 1e6


def pair_cost(segment_dir: Path) -> float:
    """Return what a million more pairs of recordings cost `near_duplicates`, CPU s.

    Recordings with hashes drawn from those of real ones, at random moments: nobody's twins.
    """
    rng = np.random.default_rng(3)
    rate_hz = segments.sample_rate_hz(segment_dir)
    names = segments.recordings(segment_dir)[:20]
    real = [landmarks(segments.read(segment_dir, name), rate_hz) for name in names]
    pool = np.concatenate([each.hashes for each in real])
    length = max(float(each.seconds.max()) for each in real)
    size = len(pool) // len(real)

    def lookup(crowd: int) -> float:
        """Return the CPU seconds of looking one recording up among a crowd."""
        drawn = [(rng.choice(pool, size), rng.uniform(0, length, size)) for _ in range(crowd)]
        index = Index([Landmarks(np.sort(h), t.astype(np.float32)) for h, t in drawn])
        started = time.process_time()
        for number in range(LOOKED_UP):
            index.matches(number)
        return (time.process_time() - started) / LOOKED_UP

    few, many = (lookup(crowd) for crowd in CROWDS)
    return round((many - few) / (CROWDS[1] - CROWDS[0]) * 1e6, 1)


def input_rate(clone: Path) -> float:
    """Return how many windows of `mel` a second one core reads in random order."""
    values = yaml.safe_load((clone / "params.yaml").read_text("utf-8"))["scales"]["full"]
    features, shape = Features(clone / "data/features/mel"), Windows(**values["windows"])
    rows = features.windows(shape)
    rng, read = np.random.default_rng(1), 0
    started = time.perf_counter()
    while time.perf_counter() < started + SECONDS_OF_READING:
        features.read(rows.iloc[rng.integers(0, len(rows), BATCH)], shape.frames)
        read += BATCH
    return round(read / (time.perf_counter() - started))
