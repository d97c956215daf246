"""Stages killed and interrupted at random moments; nothing may be lost, and nothing left."""

import contextlib
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import killed_stages
import numpy as np
import psutil
from soak_project import ROOT, SUFFIXES, Lost, SoakProject, signal_all, sound
from warm import Warm

LINE = "interrupted; nothing half-written was kept"
COUNTS = r"\d+ made, \d+ kept$"  # which depend on what the store has
# The others work in threads, and their children are ffmpeg's at most.
WITH_WORKERS = (
    *("demo_corpus", "near_duplicates", "window_statistics", "generate", "evaluate_generation"),
)
PATIENCE_SECONDS = 30
MOST_TRIES = 500  # to end a stage while it works


class Killing:
    """A project whose stages run undisturbed once, before they are first disturbed."""

    def __init__(self, root: Path, warm: Warm, seed: int) -> None:
        self.project = SoakProject(root, warm, np.random.default_rng(seed))
        rng = np.random.default_rng([seed, 1])
        for number in range(4):  # `sanity_checks` needs three composers
            sound(self.project.raw / f"third/{number}.{SUFFIXES[number]}", rng)
        shutil.copytree(ROOT / "report/page", root / "report/page")
        (root / "src/few.py").write_text(killed_stages.FEW)
        self.project.write_params(killed_stages.params())
        self.chance, self.commands = random.Random(seed), killed_stages.commands()
        self.seconds: dict[tuple[str, str], float] = {}
        self.whole: dict[str, dict[str, bytes]] = {}
        self.reported: dict[str, set[str]] = {}  # lines of the undisturbed runs

    def prepare(self, name: str) -> None:
        """Run what a stage needs, then itself, undisturbed, unless that was done.

        Raises:
            Lost: one of them fails, or its outputs depend on the number of workers.
        """
        if name in self.whole:
            return
        for other, command in self.commands.items():
            if set(command.outputs) & set(self.commands[name].inputs):
                self.prepare(other)
        for workers in self._workers(name):
            self._forget(name, outputs=True)
            started = time.monotonic()
            self.finish(name, workers)
            self.seconds[name, workers] = time.monotonic() - started
            self.reported.setdefault(name, set()).update(self.said().splitlines())
            if self.whole.setdefault(name, self.written(name)) != self.written(name):
                raise Lost(f"{name}: other outputs with {workers} workers")

    def start(self, name: str, workers: str = "2") -> Any:
        """Start a stage; return when it is a process of its own."""
        source = str(self.project.root / "src")
        words = self.commands[name].words
        process = self.project.start(*words, PYTHONPATH=source, TAKHT_WORKERS=workers)
        while process.poll() is None and not self.project.warm.forks():
            time.sleep(0.001)
        return process

    def finish(self, name: str, workers: str = "2") -> None:
        """Run a stage to its end.

        Raises:
            Lost: it fails.
        """
        if code := self.start(name, workers).wait():
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

    def killed(self, name: str, times: int) -> None:
        """Kill a running stage `times` times, then let it finish.

        Every other time the stage alone, whose children have to notice by themselves; every third
        time not before it writes.

        Raises:
            Lost: an output is half there, differs from that of an undisturbed run, or something
                is left.
        """
        for turn in range(times):
            alone, writing = turn % 2 == 1, turn % 3 == 2
            end = self._kill_alone if alone else self._kill
            self._until_in_time(name, self._workers(name)[turn % 2], end, writing=writing)
        self._finish_whole(name)

    def interrupted(self, name: str, times: int) -> None:
        """Interrupt a working stage `times` times, as Ctrl-C does, then let it finish.

        Raises:
            Lost: it says more than a line and what it always reports, ends with another code than
                130, or leaves something.
        """
        for turn in range(times):
            workers = self._workers(name)[turn % 2]
            self._until_in_time(name, workers, self._interrupt, writing=turn % 3 == 2)
        self._finish_whole(name)

    def worker_killed(self, name: str) -> None:
        """Kill a worker process of a stage that has two; the stage has to finish by itself.

        Raises:
            Lost: it fails, or its outputs are others.
        """
        self._until_in_time(name, "2", self._kill_worker)
        self._check_finished(name)

    def _until_in_time(
        self, name: str, workers: str, end: Callable[[str, Any], bool], *, writing: bool = False
    ) -> None:
        """Start a stage and end it at a random moment, until that was while it worked.

        Raises:
            Lost: it never was.
        """
        latest = 0.02 if writing else self.seconds[name, workers]
        for _ in range(MOST_TRIES):
            self._forget(name, outputs=writing or self.chance.random() < 0.5)
            if writing:  # what an earlier one had begun to write would be taken for its own
                self._forget_begun(name)
            process = self.start(name, workers)
            while writing and process.poll() is None and not self._is_writing(name):
                time.sleep(0.001)
            moment = self.chance.uniform(0, latest)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            late = process.poll() is not None
            in_time = not late and end(name, process)
            # Without a worker yet, a stage goes on to a good end; the next moment has to be later.
            late = late or (process.wait() == 0 and end != self._kill_worker)
            self._check(name)
            if in_time:
                return
            latest *= 0.8 if late else 1.25  # how long it takes depends on what else runs here
        raise Lost(f"{name}: not ended in time by {end.__name__}, {MOST_TRIES} times")

    def _kill(self, name: str, process: Any) -> bool:
        """Kill the stage with all it runs; return whether it had not ended by itself."""
        return self._killed(name, process, self.project.warm.forks())

    def _kill_alone(self, name: str, process: Any) -> bool:
        """Kill the stage alone; return whether it had not ended by itself."""
        return self._killed(name, process, self._stages())

    def _killed(self, name: str, process: Any, doomed: list[psutil.Process]) -> bool:
        everyone = self.project.warm.forks()
        signal_all(doomed)
        self._expect_end(name, [*everyone, *doomed])
        return bool(process.wait() != 0)

    def _interrupt(self, name: str, process: Any) -> bool:
        """Return whether the stage was past its imports, which Ctrl-C ends with a traceback."""
        everyone = self.project.warm.forks()
        signal_all(everyone, signal.SIGINT)
        code, said = process.wait(), self.said()
        self._expect_end(name, everyone)
        imported = re.search(r"takht/stage\.py\", line \d+, in run\b", said)
        if code == 0 or (code == 1 and "KeyboardInterrupt" in said and not imported):
            return False
        lines = [line for line in said.splitlines() if not re.search(COUNTS, line)]
        if code != 130 or [line for line in lines if line not in self.reported[name]] != [LINE]:
            raise Lost(f"{name}: interrupted, ended with {code}, said {lines}")
        return True

    def _kill_worker(self, name: str, process: Any) -> bool:
        """Return whether there was one."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in self.project.warm.forks():
                if "popen_loky_posix" in " ".join(each.cmdline()):
                    each.kill()
                    if code := process.wait():
                        raise Lost(f"{name}: a worker killed, ended with {code}: {self.said()}")
                    return True
        return False

    def _expect_end(self, name: str, processes: list[psutil.Process]) -> None:
        _, alive = psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)
        if alive := [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]:
            raise Lost(f"{name}: outlive it: {[each.cmdline() for each in alive]}")

    def _workers(self, name: str) -> tuple[str, str]:
        return ("1" if name in WITH_WORKERS else "2", "2")

    def _stages(self) -> list[psutil.Process]:
        return psutil.Process(self.project.warm.process.pid).children()

    def _is_writing(self, name: str) -> bool:
        places = [self.project.root / path for path in self.commands[name].outputs]
        return any(place.exists() for place in [*places, *self._begun(name)])

    def _begun(self, name: str) -> list[Path]:
        """Return the folders in which outputs are made."""
        places = [self.project.root / path for path in self.commands[name].outputs]
        return [
            place.with_name(f".{place.name}{kind}.partial")
            for place in places
            for kind in ("", ".scratch")
        ]

    def _forget_begun(self, name: str) -> None:
        for folder in self._begun(name):
            shutil.rmtree(folder, ignore_errors=True)

    def _forget(self, name: str, *, outputs: bool) -> None:
        """Delete the store; and outputs, as DVC does before it runs a stage."""
        shutil.rmtree(self.project.root / ".takht", ignore_errors=True)
        for output in self.commands[name].outputs if outputs else ():
            path = self.project.root / output
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _check(self, name: str) -> None:
        """Raise Lost unless each output is that of an undisturbed run, or absent."""
        now = self.written(name)
        for output in self.commands[name].outputs:
            if not (self.project.root / output).exists():
                continue
            for file, content in self.whole[name].items():
                inside = file == output or file.startswith(f"{output}/")
                if inside and now.get(file) != content:
                    raise Lost(f"{name}: {file} is not that of an undisturbed run")
        if extra := now.keys() - self.whole[name].keys():
            raise Lost(f"{name}: writes {sorted(extra)} that an undisturbed run does not")

    def _finish_whole(self, name: str) -> None:
        self.finish(name)
        self._check_finished(name)

    def _check_finished(self, name: str) -> None:
        self._check(name)
        if missing := self.whole[name].keys() - self.written(name).keys():
            raise Lost(f"{name}: lacks {sorted(missing)}")
        if left := self.project.left_over():
            raise Lost(f"{name}: left over: {left}")
