"""The project at a tiny scale: its parameters, its sounds, and a Git and DVC repository of it."""

import copy
import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from pipeline import PIPELINE, PIPELINES, ROOT

RATE_HZ = 22_050
BUILT_EXPERIMENTS = ("mfcc_uneven", "mel_augmented_masked", "baseline", "best")
COMPOSERS = ("umm", "عبد الوهاب", "qasabgi")
TINY = {
    "mel": {"n_fft": 1024, "hop_samples": 1024, "bands": 64},
    "mfcc": {"coefficients": 20},
    "windows": {"frames": 108, "step_frames": 43},
    "training": {
        "width": 0.03125,
        "recordings_per_composer": 3,
        "windows_per_recording": 4,
        "mask_bands": 15,
        "max_steps": 4,
        "threads": 1,
        "replicas": 1,
        "mixed_precision": False,
        "xla": False,
    },
    "generation": {
        "clips": {"segments_per_recording": 1},
        "study_vae": {
            "width": 0.015625,
            "step_frames": 512,
            "epochs": 1,
            "max_steps": 2,
            "threads": 1,
            "mixed_precision": False,
        },
        "denoiser": {
            "window_blocks": 8,
            "width": 32,
            "layers": 1,
            "batch_size": 4,
            "max_steps": 2,
            "threads": 1,
        },
    },
}


def ran(output: str) -> set[str]:
    """Return the names of the stages that DVC says it ran."""
    return set(re.findall(r"Running stage '([^']+)'", output))


STAGES = (  # of the preparation, in an order in which they can run
    *("catalogue", "convert", "normalize", "segment", "near_duplicates", "split"),
    *("mel", "mfcc", "window_statistics", "augment"),
)
PREPARATION: dict[str, Any] = {  # the parameters of these stages, for a few short recordings
    "scale": "tiny",
    "scales": {"tiny": {name: TINY[name] for name in ("mel", "mfcc")}},
    "corpus": {"root": "data/raw"},
    "catalogue": {"on_unreadable": "skip", "min_seconds": 6.0, "silence_dbfs": -70.0},
    "near_duplicates": {"min_seconds": 12.0},
    "split": {
        **{"validation_share": 0.2, "test_share": 0.2, "drop_small_composers": False, "seed": 1}
    },
    "audio": {"sample_rate_hz": RATE_HZ},
    "convert": {"part_minutes": 0.1},
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 7.0, "min_seconds": 6.0},
    "aug": {
        **{"method": "pitch_and_tempo", "factor": 1},
        **{"semitones": 2.0, "tempo_change": 0.1, "seed": 1},
    },
}


def command(stage: str) -> list[str]:
    """Return the words with which DVC runs a stage of the preparation."""
    text = str(PIPELINE["stages"][stage]["cmd"])
    return shlex.split(
        text.replace("${corpus}", "data/raw")
        .replace("${corpus.root}", "data/raw")
        .replace("${scale}", "tiny")
    )


def outputs(root: Path) -> dict[str, bytes]:
    """Return every file that stages wrote below `data`, by its place there."""
    places = {file: file.relative_to(root / "data") for file in (root / "data").rglob("*")}
    return {
        place.as_posix(): file.read_bytes()
        for file, place in places.items()
        if file.is_file() and place.parts[0] not in {"raw", ".gitignore"}
    }


def shrunk() -> dict[str, Any]:
    """Return params.yaml with everything at its smallest."""
    values: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    values |= {"scale": "tiny", "scales": {"tiny": copy.deepcopy(TINY)}}
    values["corpus"]["root"] = "data/raw"
    values["demo_corpus"]["minutes"] = 15.0
    values["convert"]["part_minutes"] = 0.1
    values["scores"]["resamples"] = 100
    values["crossval"] |= {"folds": 2, "repeats": 1, "max_steps": 2}
    values["sanity_checks"] |= {"max_steps": 2}
    few = {"unconditional": 1, "per_composer": 1, "seconds": 9.0, "reference_windows": 6}
    values["generation"]["plan"] |= few
    return values


def write_noise(path: Path, rng: np.random.Generator, seconds: float, rate_hz: int) -> None:
    """Write noise of a spectrum of its own, with a slow tremolo."""
    now = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = np.convolve(rng.normal(0, 0.1, len(now)), rng.normal(0, 1, 8), "same")
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.2 * wave * (1.2 + np.sin(2 * np.pi * now)), rate_hz)


def write_corpus(folder: Path, recordings: int = 4, seconds: float = 9.0) -> None:
    """Write recordings whose composers differ in timbre, in wav, flac, ogg and mp3."""
    rng = np.random.default_rng(5)
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    for composer, partials in zip(COMPOSERS, (1, 4, 9), strict=True):
        (folder / composer).mkdir(parents=True)
        for number in range(recordings):
            pitch_hz = rng.uniform(200, 400)
            wave = sum(np.sin(2 * np.pi * pitch_hz * k * now) / k for k in range(1, partials + 1))
            wave = 0.1 * wave + rng.normal(0, 0.003, len(now))
            suffix = ("wav", "flac", "ogg", "mp3")[number % 4]
            soundfile.write(folder / composer / f"مقام {number}.{suffix}", wave, RATE_HZ)


class Project:
    """A Git and DVC repository in a folder of its own; `run` works as a user's shell would."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, check: bool = True, **variables: str) -> str:
        """Return what a command prints (both streams); fail when it fails."""
        # A user's shell: the virtual environment first on PATH, no trace of the test runner.
        kept = ("HOME", "LANG", "TMPDIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment["PATH"] = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        environment |= {"TF_CPP_MIN_LOG_LEVEL": "2", "TAKHT_WORKERS": "2"} | variables
        done = subprocess.run(
            words,
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stdout
        return done.stdout

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def params(self) -> dict[str, Any]:
        values: dict[str, Any] = yaml.safe_load((self.root / "params.yaml").read_text("utf-8"))
        return values

    def set_params(self, values: dict[str, Any]) -> None:
        text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
        (self.root / "params.yaml").write_text(text, encoding="utf-8")

    def lock(self) -> dict[str, Any]:
        """What each stage's last run recorded, the other pipelines' too; paths from the root."""
        stages: dict[str, Any] = {}
        for name in (str(Path(file).with_suffix(".lock")) for file in PIPELINES):
            if not (self.root / name).exists():
                continue
            text = (self.root / name).read_text(encoding="utf-8")
            stages |= yaml.safe_load(text)["stages"]
        return stages


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one worker of the test run makes, and the others wait for."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def built(factory: pytest.TempPathFactory, name: str) -> Project:
    """Return a project of one's own in the folder `name`, all pipelines built and committed.

    They are built once per test run; this is a copy, with the first report, which came before
    checks and generation, beside it in `first-report`, and what that run printed in its `printed`.
    """
    folder = factory.mktemp(name)
    shutil.copytree(made_once(factory, "built", _build), folder, symlinks=True, dirs_exist_ok=True)
    return Project(folder / "takht")


def _build(folder: Path) -> None:
    tiny = make(folder / "takht", experiments=BUILT_EXPERIMENTS)
    tiny.run("dvc", "repro")
    printed = tiny.run("dvc", "repro", "report/dvc.yaml")
    shutil.copytree(tiny.root / "reports", folder / "first-report")
    (folder / "first-report/printed").write_text(printed, encoding="utf-8")
    for pipeline in ("checks/dvc.yaml", "generation/dvc.yaml", "report/dvc.yaml"):
        tiny.run("dvc", "repro", pipeline)
    tiny.commit("Built")


def make(root: Path, *, experiments: tuple[str, ...] = ()) -> Project:
    """Return a project in `root` with the tiny scale and corpus, `experiments` only if given."""
    tracked = [*PIPELINES[:-1], "report", "params.yaml"]
    tracked += ["src", ".dvc/config", ".dvcignore", ".gitignore", "data/.gitignore"]
    for name in tracked:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.lock")
            )
        else:
            shutil.copy(ROOT / name, target)
    project = Project(root)
    values = shrunk()
    for name in set(values["experiments"]) - set(experiments or values["experiments"]):
        own = values["experiments"].pop(name)
        curve = f"        plots/learning_curves/{name}.csv: validation_accuracy\n"
        text = (root / "dvc.yaml").read_text(encoding="utf-8")
        assert (curve in text) == (own["kind"] == "network")
        text = text.replace(curve, "").replace(f"      - metrics/crossval/{name}.json\n", "")
        (root / "dvc.yaml").write_text(text, encoding="utf-8")
    project.set_params(values)
    write_corpus(root / "data/raw")
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.run("git", "config", "user.name", "Test")
    project.run("git", "config", "user.email", "test@example.org")
    project.run("dvc", "add", "--quiet", "data/raw")
    project.commit("Tiny project")
    return project
