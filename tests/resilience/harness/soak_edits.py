"""Random edits to a project: of its corpus, parameters, outputs and store, and of running runs."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from soak_project import COMPOSERS, SUFFIXES, SoakProject, sound

CHOICES = {
    "convert.part_minutes": (0.1, 0.15),
    "normalize.target_lufs": (-23.0, -20.0),
    "segment.seconds": (7.0, 6.5),
    "aug.factor": (1, 2),
    "aug.seed": (1, 2),
    "split.seed": (1, 2, 3),
    "catalogue.min_seconds": (6.0, 6.5),
    "scales.tiny.mel.bands": (64, 48),
    "scales.tiny.mfcc.coefficients": (20, 13),
}


class Edits:
    """The edits; each returns what it did, and leaves the project for `dvc repro` to fix."""

    def __init__(self, project: SoakProject, seed: int) -> None:
        self.project, self.chance = project, random.Random(seed)
        self.rng = np.random.default_rng([seed, 1])  # not the corpus's: the same sound is refused
        self.made, self.last_seconds = 0, 5.0

    def every(self) -> dict[str, Callable[[], str]]:
        """Return the edits by their names."""
        return {
            "recording added": self.added,
            "recording removed": self.removed,
            "recording renamed": self.renamed,
            "recording moved to another composer": self.moved,
            "recording damaged": self.spoilt,
            "recording replaced": self.replaced,
            "parameter changed": self.parameter,
            "store: a bit flipped": self.store_flipped,
            "store: a part deleted": self.store_thinned,
            "output: a bit flipped": self.output_flipped,
            "output: edited or deleted by hand": self.output_edited,
            "run killed, all of it": self.killed,
            "run killed, DVC alone": self.killed_alone,
            "run interrupted": self.interrupted,
            "pushed, lost and pulled": self.pulled,
        }

    def added(self) -> str:
        self.made += 1
        name = self.chance.choice(["جديد", "new piece", "o'clock"])
        suffix = self.chance.choice(SUFFIXES)
        path = self.project.raw / self.chance.choice(COMPOSERS) / f"{name} {self.made}.{suffix}"
        sound(path, self.rng)
        return path.name

    def removed(self) -> str:
        return self._of_rich(Path.unlink)

    def spoilt(self) -> str:
        return self._of_rich(self._spoil)

    def moved(self) -> str:
        def move(path: Path) -> None:
            other = next(name for name in COMPOSERS if name != path.parent.name)
            self.made += 1
            path.rename(self.project.raw / other / f"moved {self.made}{path.suffix}")

        return self._of_rich(move)

    def renamed(self) -> str:
        path = self._recording()
        self.made += 1
        path.rename(path.with_name(f"لحن {self.made}{path.suffix}"))
        return path.name

    def replaced(self) -> str:
        path = self._recording()
        sound(path, self.rng)
        return path.name

    def parameter(self) -> str:
        place = self.chance.choice(list(CHOICES))
        values = self.project.params()
        *sections, key = place.split(".")
        section = values
        for each in sections:
            section = section[each]
        others = [each for each in CHOICES[place] if each != section[key]]
        section[key] = self.chance.choice(others)
        self.project.write_params(values)
        return f"{place}: {section[key]}"

    def store_flipped(self) -> str:
        files = list(self.project.root.glob(".takht/store/??/*/**/*"))
        path = self.chance.choice(sorted(file for file in files if file.is_file()))
        self._flip(path)
        self.parameter()
        self.project.run("dvc", "repro")
        return self.parameter()

    def store_thinned(self) -> str:
        for folder in sorted(self.project.root.glob(".takht/store/??")):
            if self.chance.random() < 0.5:
                shutil.rmtree(folder)
        return self.parameter()

    def output_flipped(self) -> str:
        path = self._output()
        self._flip(path)
        return path.name

    def output_edited(self) -> str:
        path = self._output()
        way = self.chance.choice(["deleted", "emptied", "lengthened", "stray file"])
        if way == "deleted":
            path.unlink()
        elif way == "stray file":
            path.with_name("stray.txt").write_text("mine")
        else:
            data = path.read_bytes()
            path.unlink()
            path.write_bytes(b"" if way == "emptied" else data + b"more")
        return f"{path.name} {way}"

    def killed(self) -> str:
        self.parameter()
        return self._broken_off(lambda: self.project.kill(orphans=False))

    def killed_alone(self) -> str:
        self.replaced()
        return self._broken_off(lambda: self.project.kill(orphans=True))

    def interrupted(self) -> str:
        self.parameter()
        said = self._broken_off(self.project.interrupt)
        self.project.wait()
        return said

    def pulled(self) -> str:
        self.project.run("dvc", "push")
        shutil.rmtree(self.project.root / ".dvc/cache")
        for path in (self.project.root / "data").iterdir():
            if path.name != "raw":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.project.run("dvc", "pull", "--allow-missing")
        return self.replaced()

    def _broken_off(self, end: Callable[[], None]) -> str:
        process = self.project.start("dvc", "repro")
        seconds = self.chance.uniform(0, min(self.last_seconds, 4.0))  # most take longer
        time.sleep(seconds)
        end()
        return f"after {seconds:.1f} s, exit code {process.wait()}"

    def _recording(self) -> Path:
        return self.chance.choice(sorted(self.project.raw.glob("*/*.*")))

    def _of_rich(self, change: Callable[[Path], None]) -> str:
        """Change a recording of a composer who can spare one; else add one."""
        usable = {name: self._sound_of(name) for name in COMPOSERS}
        rich = [paths for paths in usable.values() if len(paths) > 3]
        if not rich:
            return f"added instead: {self.added()}"
        path = self.chance.choice(self.chance.choice(rich))
        change(path)
        return path.name

    def _sound_of(self, composer: str) -> list[Path]:
        paths = sorted((self.project.raw / composer).glob("*.*"))
        return [path for path in paths if path.stat().st_size > 20_000]

    def _spoil(self, path: Path) -> None:
        path.write_bytes(path.read_bytes()[: self.chance.choice([0, 40, 5000])])

    def _output(self) -> Path:
        files = sorted((self.project.root / "data").rglob("*"))
        own = [file for file in files if file.is_file() and "raw" not in file.parts]
        return self.chance.choice([file for file in own if file.name != ".gitignore"])

    def _flip(self, path: Path) -> None:
        """Flip a bit in a file, in place: whatever shares it is damaged too."""
        data = bytearray(path.read_bytes())
        if data:
            data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        path.chmod(0o644)
        with path.open("r+b") as file:
            file.write(data)
