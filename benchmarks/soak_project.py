"""A small DVC project of the preprocessing stages, and what a run from nothing makes of it."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
import yaml
from warm import Warm

from takht.core.cpu import AVX2_ONLY

ROOT = Path(__file__).parents[1]
STAGES = (
    *("catalogue", "convert", "normalize", "segment", "near_duplicates", "split"),
    *("mel", "mfcc", "window_statistics", "augment"),
)
SMALL = {
    "scale": "tiny",
    "corpus": {"root": "data/raw"},
    "catalogue": {"on_unreadable": "skip", "min_seconds": 6.0, "silence_dbfs": -70.0},
    "near_duplicates": {"least_score": 0.15},
    "split": {
        **{"validation_share": 0.2, "test_share": 0.2, "drop_small_composers": False, "seed": 1}
    },
    "audio": {"sample_rate_hz": 22_050},
    "convert": {"part_minutes": 0.1},
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 7.0, "min_seconds": 6.0},
    "aug": {"factor": 1, "semitones": 2.0, "tempo_change": 0.1, "seed": 1},
    "scales": {
        "tiny": {
            "mel": {"n_fft": 1024, "hop_samples": 1024, "bands": 64},
            "mfcc": {"coefficients": 20},
        }
    },
}
CONFIG = """\
[core]
  no_scm = true
  analytics = false
  check_update = false
  remote = shared
['remote "shared"']
  url = ../remote
"""
COMPOSERS = ("umm", "قصبجي")
SUFFIXES = ("wav", "flac", "ogg", "mp3")


def sound(path: Path, rng: np.random.Generator) -> None:
    """Write noise of a spectrum of its own, 7 to 11 s, with a slow tremolo."""
    rate_hz = int(rng.choice([22_050, 32_000]))
    now = np.arange(round(rng.uniform(7, 11) * rate_hz)) / rate_hz
    wave = np.convolve(rng.normal(0, 0.1, len(now)), rng.normal(0, 1, 8), "same")
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.2 * wave * (1.2 + np.sin(2 * np.pi * now)), rate_hz)


class Lost(Exception):
    """Something that a user would have lost, or found left behind."""


class SoakProject:
    """The project, and the processes that work on it."""

    def __init__(self, root: Path, warm: Warm, rng: np.random.Generator) -> None:
        self.root, self.warm, self.said = root, warm, root.with_name(f"{root.name}.log")
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tmp", "remote", ".dvc"):
            (root / name).mkdir()
        (root / ".dvc/config").write_text(CONFIG)
        (root / ".dvcignore").write_text("__pycache__/\n.*.partial\n/tmp/\n/remote/\n/.takht/\n")
        every = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
        (root / "dvc.yaml").write_text(
            yaml.safe_dump({"stages": {name: every[name] for name in STAGES}})
        )
        self.write_params(SMALL)
        self.commands = [str(every[name]["cmd"]) for name in STAGES]
        for number in range(8):
            sound(self.raw / COMPOSERS[number % 2] / f"{number}.{SUFFIXES[number // 2]}", rng)

    @property
    def raw(self) -> Path:
        """The corpus."""
        return self.root / "data/raw"

    def params(self) -> dict[str, Any]:
        """Return the content of params.yaml."""
        values: dict[str, Any] = yaml.safe_load((self.root / "params.yaml").read_text("utf-8"))
        return values

    def write_params(self, values: dict[str, Any]) -> None:
        """Write params.yaml."""
        (self.root / "params.yaml").write_text(yaml.safe_dump(values, allow_unicode=True))

    def outputs(self, root: Path | None = None) -> dict[str, bytes]:
        """Return every file that the stages wrote, by its place."""
        data = (root or self.root) / "data"
        files = (file for file in data.rglob("*") if file.is_file())
        return {
            file.relative_to(data).as_posix(): file.read_bytes()
            for file in files
            if file.relative_to(data).parts[0] != "raw"
            and file.relative_to(data).as_posix() != ".gitignore"
        }

    def start(self, *words: str, here: Path | None = None, **variables: str) -> Any:
        """Start a command whose `python` and `dvc` start warm; `said` is what it prints."""
        environment = {
            "PATH": f"{self.warm.folder}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": os.environ.get("HOME", "/"),
            "TMPDIR": str(self.root / "tmp"),
            "JOBLIB_TEMP_FOLDER": str(self.root / "tmp"),
            "TAKHT_WORKERS": "1",
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            # A fork has them behind it; workers that it starts do not.
            **{name: os.environ[name] for name in AVX2_ONLY if name in os.environ},
        }
        with self.said.open("w") as said:
            return subprocess.Popen(
                words,
                cwd=here or self.root,
                env=environment | variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def run(self, *words: str, here: Path | None = None, **variables: str) -> str:
        """Return what a command prints.

        Raises:
            Lost: it failed.
        """
        code = self.start(*words, here=here, **variables).wait()
        said = self.said.read_text("utf-8", "replace")
        if code:
            raise Lost(f"{' '.join(words)} ended with {code}:\n{said}")
        return said

    def from_nothing(self) -> dict[str, bytes]:
        """Return all outputs of the same corpus and parameters, without DVC and without a store."""
        fresh = self.root / "tmp/fresh"
        shutil.copytree(self.raw, fresh / "data/raw", symlinks=True)
        shutil.copy(self.root / "params.yaml", fresh)
        (fresh / "src").symlink_to(self.root / "src")
        for command in self.commands:
            words = command.replace("${corpus}", "data/raw").replace("${scale}", "tiny")
            self.run(*shlex.split(words), here=fresh, TAKHT_STORE_GB="0")
        made = self.outputs(fresh)
        shutil.rmtree(fresh)
        return made

    def left_over(self) -> list[str]:
        """Return the temporary files that nobody works on any more."""
        places = [*self.root.glob("**/.*.partial"), *self.root.glob(".takht/store/partial/*")]
        return sorted(str(each) for each in [*places, *(self.root / "tmp").iterdir()])

    def kill(self, *, orphans: bool) -> None:
        """Kill with SIGKILL what runs: all at once, or DVC alone, which leaves its stage."""
        for each in self.warm.forks():
            with contextlib.suppress(psutil.NoSuchProcess):
                if not (orphans and self.warm.is_stage(each)):
                    each.kill()

    def interrupt(self) -> None:
        """Send what Ctrl-C sends to all that runs in the foreground."""
        for each in self.warm.forks():
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGINT)

    def wait(self) -> None:
        """Wait until nothing runs any more.

        Raises:
            Lost: something runs on for minutes.
        """
        _, alive = psutil.wait_procs(self.warm.forks(), timeout=300)
        if alive:
            raise Lost(f"does not end: {alive}")
