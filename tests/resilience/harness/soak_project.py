"""A small DVC project of the preprocessing stages, and what a run from nothing makes of it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml
from warm import Warm

from takht.core.cpu import AVX2_ONLY

ROOT = Path(__file__).parents[3]
sys.path += [str(ROOT / "tests/helpers"), str(ROOT / "tools")]  # pytest has them already

import tiny_project  # noqa: E402
from processes import signal_all  # noqa: E402
from tiny_project import PREPARATION, STAGES  # noqa: E402

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
    tiny_project.write_noise(path, rng, rng.uniform(7, 11), rate_hz)


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
        self.write_params(PREPARATION)
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

    def outputs(self) -> dict[str, bytes]:
        """Return every file that the stages wrote, by its place."""
        return tiny_project.outputs(self.root)

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
            Lost: it failed, or runs on for minutes.
        """
        code, said = self.ended(*words, here=here, **variables)
        if code:
            raise Lost(f"{' '.join(words)} ended with {code}:\n{said}")
        return said

    def ended(self, *words: str, here: Path | None = None, **variables: str) -> tuple[int, str]:
        """Return a command's exit code and what it prints.

        Raises:
            Lost: it runs on for minutes.
        """
        process = self.start(*words, here=here, **variables)
        try:
            code = process.wait(timeout=300)
        except subprocess.TimeoutExpired:
            signal_all(self.warm.forks())
            process.wait()
            said = self.said.read_text("utf-8", "replace")
            raise Lost(f"{' '.join(words)} does not end:\n{said}") from None
        return code, self.said.read_text("utf-8", "replace")

    def from_nothing(self) -> dict[str, bytes]:
        """Return all outputs of the same corpus and parameters, without DVC and without a store."""
        fresh = self.root / "tmp/fresh"
        shutil.copytree(self.raw, fresh / "data/raw", symlinks=True)
        shutil.copy(self.root / "params.yaml", fresh)
        (fresh / "src").symlink_to(self.root / "src")
        for name in STAGES:
            self.run(*tiny_project.command(name), here=fresh, TAKHT_STORE_GB="0")
        made = tiny_project.outputs(fresh)
        shutil.rmtree(fresh)
        return made

    def left_over(self) -> list[str]:
        """Return the temporary files that nobody works on any more."""
        places = [*self.root.glob("**/.*.partial"), *self.root.glob(".takht/store/partial/*")]
        return sorted(str(each) for each in [*places, *(self.root / "tmp").iterdir()])

    def kill(self, *, orphans: bool) -> None:
        """Kill with SIGKILL what runs: all at once, or DVC alone, which leaves its stage."""
        signal_all(each for each in self.warm.forks() if not (orphans and self.warm.is_stage(each)))

    def interrupt(self) -> None:
        """Send what Ctrl-C sends to all that runs in the foreground."""
        signal_all(self.warm.forks(), signal.SIGINT)

    def wait(self) -> None:
        """Wait until nothing runs any more.

        Raises:
            Lost: something runs on for minutes.
        """
        _, alive = psutil.wait_procs(self.warm.forks(), timeout=300)
        if alive:
            raise Lost(f"does not end: {alive}")
