"""Kill and interrupt every stage at random moments; nothing may be lost, and nothing left."""

import contextlib
import random
import shlex
import shutil
import signal
import time
from dataclasses import dataclass
from typing import Any

import psutil
import yaml
from soak_project import ROOT, SMALL, STAGES, SoakProject

MODELS = [f"{stage}@{key}" for key in SMALL["experiments"] for stage in ("train", "evaluate")]
FEW = """\
import demo_corpus
from takht import stage
every = demo_corpus.planned
demo_corpus.planned = lambda *asked: sorted(every(*asked), key=lambda each: each.seconds)[:4]
stage.run(demo_corpus.demo_corpus)
"""


class Lost(Exception):
    """Something that a user would have lost, or found left behind."""


@dataclass(frozen=True)
class Command:
    """A stage as DVC runs it, and what it writes."""

    words: tuple[str, ...]
    outputs: tuple[str, ...]


def commands() -> dict[str, Command]:
    """Return every stage that is killed, in the order in which they can run."""
    every = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
    names = [*STAGES, *MODELS, "plot_spectrograms"]
    found = {"demo_corpus": Command(("python", "few.py", "data/demo"), ("data/demo",))}
    for name in names:
        stage, _, key = name.partition("@")
        found[name] = _command(every[stage], key)
    return found


def _command(stage: dict[str, Any], key: str) -> Command:
    stage = stage.get("do", stage)
    listed = [each for kind in ("outs", "metrics", "plots") for each in stage.get(kind, [])]
    paths = [next(iter(each)) if isinstance(each, dict) else each for each in listed]

    def filled(text: str) -> str:
        text = text.replace("${corpus.root}", "data/raw").replace("${scale}", "tiny")
        features = SMALL["experiments"][key]["features"] if key else ""
        return text.replace("${key}", key).replace("${item.features}", features)

    return Command(tuple(shlex.split(filled(stage["cmd"]))), tuple(map(filled, paths)))


class Killing:
    """A project whose stages have all run once, undisturbed."""

    def __init__(self, project: SoakProject, seed: int) -> None:
        self.project, self.chance, self.commands = project, random.Random(seed), commands()
        (project.root / "src/few.py").write_text(FEW)
        values = project.params() | {"demo_corpus": {"minutes": 15.0, "seed": 1}}
        project.write_params(values)
        self.seconds: dict[str, float] = {}
        self.whole: dict[str, dict[str, bytes]] = {}
        for name in self.commands:
            started = time.monotonic()
            self.finish(name)
            self.seconds[name] = time.monotonic() - started
            self.whole[name] = self.written(name)

    def start(self, name: str) -> Any:
        """Start a stage; return when it is a process of its own."""
        words = self.commands[name].words
        script = words[1] if "/" in words[1] else f"src/{words[1]}"
        source = str(self.project.root / "src")
        process = self.project.start(words[0], script, *words[2:], PYTHONPATH=source)
        while process.poll() is None and not self.project.warm.forks():
            time.sleep(0.01)
        return process

    def finish(self, name: str) -> None:
        """Run a stage to its end.

        Raises:
            Lost: it fails.
        """
        if code := self.start(name).wait():
            raise Lost(f"{name} ended with {code}: {self.said()}")

    def said(self) -> str:
        """Return what the last stage printed."""
        return self.project.said.read_text("utf-8", "replace")

    def written(self, name: str) -> dict[str, bytes]:
        """Return the files that stand at a stage's outputs."""
        root, found = self.project.root, {}
        for output in self.commands[name].outputs:
            for file in [root / output, *sorted((root / output).rglob("*"))]:
                if file.is_file():
                    found[file.relative_to(root).as_posix()] = file.read_bytes()
        return found

    def killed(self, name: str, times: int) -> int:
        """Kill a stage over and over, then let it finish; return how often it was killed running.

        Every other time the stage alone, whose children have to notice by themselves.

        Raises:
            Lost: an output is half there, differs from that of an undisturbed run, or something
                is left.
        """
        count = 0
        for turn in range(times):
            self._forget(name)
            process = self.start(name)
            time.sleep(self.chance.uniform(0, self.seconds[name]))
            count += process.poll() is None
            self._kill(alone=turn % 2 == 1)
            process.wait()
            self._check(name, ended=False)
        self.finish(name)
        self._check(name, ended=True)
        return count

    def interrupted(self, name: str) -> bool:
        """Interrupt a stage while it works, then let it finish; return whether it was in time.

        Raises:
            Lost: it says more than a line, ends with another code than 130, or leaves something.
        """
        self._forget(name)
        process = self.start(name)
        while process.poll() is None and not self._is_working(name):
            time.sleep(0.005)
        time.sleep(self.chance.uniform(0, self.seconds[name] / 3))
        running = process.poll() is None
        for each in self._stages():
            each.send_signal(signal.SIGINT)
        code = process.wait()
        if running and code != 0:
            said = [line for line in self.said().splitlines() if "made anew" not in line]
            if code != 130 or said != ["interrupted; nothing half-written was kept"]:
                raise Lost(f"{name}: interrupted, ended with {code}, said {said}")
        self._check(name, ended=False)
        if left := self.project.left_over():
            raise Lost(f"{name}: interrupted, left over: {left}")
        self.finish(name)
        self._check(name, ended=True)
        return running and code == 130

    def _is_working(self, name: str) -> bool:
        """Tell whether a stage is past its imports and has begun an output."""
        partial = (self.project.root / path for path in self.commands[name].outputs)
        return any(list(path.parent.glob(f".{path.name}*.partial")) for path in partial)

    def _forget(self, name: str) -> None:
        """Delete the store; half the time, the outputs too, as DVC does before it runs a stage."""
        shutil.rmtree(self.project.root / ".takht", ignore_errors=True)
        if self.chance.random() < 0.5:
            for output in self.commands[name].outputs:
                path = self.project.root / output
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _stages(self) -> list[psutil.Process]:
        return psutil.Process(self.project.warm.pid).children()

    def _kill(self, *, alone: bool) -> None:
        everyone = self.project.warm.forks()
        for each in self._stages() if alone else everyone:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        _, alive = psutil.wait_procs(everyone, timeout=30)
        if alive:
            raise Lost(f"outlive their stage: {[each.cmdline() for each in alive]}")

    def _check(self, name: str, *, ended: bool) -> None:
        now = self.written(name)
        for output in self.commands[name].outputs:
            place = self.project.root / output
            if not ended and not place.exists():
                continue
            for file, content in self.whole[name].items():
                inside = file == output or file.startswith(f"{output}/")
                if inside and now.get(file) != content:
                    raise Lost(f"{name}: {file} is not that of an undisturbed run")
        if extra := now.keys() - self.whole[name].keys():
            raise Lost(f"{name}: writes {sorted(extra)} that an undisturbed run does not")
        if ended and (left := self.project.left_over()):
            raise Lost(f"{name}: left over: {left}")
