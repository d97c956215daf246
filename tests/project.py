"""A copy of this repository as a real Git and DVC project of its own, at a tiny scale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from pipeline import PIPELINES, ROOT

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
        "vae_original": {
            "width": 0.015625,
            "step_frames": 512,
            "epochs": 1,
            "max_steps": 2,
            "threads": 1,
            "mixed_precision": False,
        },
        "vae": {"epochs": 1, "threads": 1},
        "prior": {"clips_per_composer": 2},
    },
}


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


_BUILT: dict[Path, Path] = {}


def built(factory: pytest.TempPathFactory, name: str) -> Project:
    """Return a project of one's own in the folder `name`, all pipelines built and committed.

    They are built once a test run; this is a copy, with the first report, which came before checks
    and generation, beside it in `name-first-report`, and what that run printed in its `printed`.
    """
    base = factory.getbasetemp()
    if base not in _BUILT:
        tiny = make(factory.mktemp("built") / "project", experiments=BUILT_EXPERIMENTS)
        tiny.run("dvc", "repro")
        printed = tiny.run("dvc", "repro", "report/dvc.yaml")
        first = base / "first-report"
        shutil.copytree(tiny.root / "reports", first)
        (first / "printed").write_text(printed, encoding="utf-8")
        tiny.run("dvc", "repro", "checks/dvc.yaml")
        tiny.run("dvc", "repro", "generation/dvc.yaml")
        tiny.run("dvc", "repro", "report/dvc.yaml")
        tiny.commit("Built")
        _BUILT[base] = tiny.root
    shutil.copytree(_BUILT[base], base / name, symlinks=True)
    shutil.copytree(
        base / "first-report", (base / name).with_name(f"{Path(name).name}-first-report")
    )
    return Project(base / name)


def make(root: Path, *, experiments: tuple[str, ...] = ()) -> Project:
    """Return a project in `root` with the tiny scale and corpus, `experiments` only if given."""
    tracked = [*PIPELINES[:-1], "report", "params.yaml"]
    tracked += ["src", ".dvc/config", ".dvcignore", ".gitignore"]
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
    values = project.params()
    values["scale"] = "tiny"
    values["scales"] = {"tiny": TINY}
    values["corpus"]["root"] = "data/raw"
    values["demo_corpus"]["minutes"] = 15.0
    values["convert"]["part_minutes"] = 0.1
    values["scores"]["resamples"] = 100
    values["crossval"] |= {"folds": 2, "repeats": 1, "max_steps": 2}
    values["controls"] |= {"max_steps": 2}
    few = {"unconditional": 1, "per_composer": 1, "seconds": 9.0, "yardsticks": 6}
    values["generation"]["repertoire"] |= few
    for name in set(values["experiments"]) - set(experiments or values["experiments"]):
        del values["experiments"][name]
        curve = f"        plots/learning_curves/{name}.csv: validation_accuracy\n"
        text = (root / "dvc.yaml").read_text(encoding="utf-8")
        assert curve in text
        (root / "dvc.yaml").write_text(text.replace(curve, ""), encoding="utf-8")
    project.set_params(values)
    write_corpus(root / "data/raw")
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.run("git", "config", "user.name", "Test")
    project.run("git", "config", "user.email", "test@example.org")
    project.run("dvc", "add", "--quiet", "data/raw")
    project.commit("Tiny project")
    return project
