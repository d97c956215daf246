"""A small DVC project on a small disk of its own, whose stages have all run, and its state then."""

import os
import shutil
import subprocess
from pathlib import Path

import killed_stages
import numpy as np
import yaml
from soak_project import ROOT, SoakProject
from warm import Warm

MODEL = "best"  # of stages whose name says no other: `train@network` is the other's


class FaultProject(SoakProject):
    """The project: preparation, and two experiments trained and evaluated."""

    def __init__(self, root: Path, warm: Warm, rng: np.random.Generator) -> None:
        root.mkdir()
        super().__init__(root, warm, rng)
        self.said = warm.folder.with_name("said")  # what is printed goes to a disk with room
        every = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
        pipeline = yaml.safe_load((root / "dvc.yaml").read_text("utf-8"))
        pipeline["stages"] |= {name: every[name] for name in ("train", "evaluate")}
        (root / "dvc.yaml").write_text(yaml.safe_dump(pipeline))
        self.write_params(killed_stages.params())
        self.run("dvc", "repro")
        self.whole = self.everything()

    def everything(self) -> dict[str, bytes]:
        """Return every file that the stages wrote, the model's and the metrics' too."""
        found = self.outputs()
        for folder in ("models", "metrics", "plots"):
            files = (path for path in (self.root / folder).rglob("*") if path.is_file())
            found |= {
                str(path.relative_to(self.root)): path.read_bytes()
                for path in files
                if path.name != ".gitignore"
            }
        return found

    def stage(self, name: str, **variables: str) -> str:
        """Run a stage as DVC would, but by hand; return what it says, whether it fails or not."""
        return self.tried(*self._words(name), **variables)

    def limited(self, name: str, spare_mb: int, **variables: str) -> str:
        """Run a stage that may take `spare_mb` of memory beside what it has imported."""
        _, script, *words = self._words(name)
        (self.root / "limited.py").write_text(_LIMITED)
        try:
            return self.tried("python", "limited.py", str(spare_mb), script, *words, **variables)
        finally:
            (self.root / "limited.py").unlink()

    def tried(self, *words: str, **variables: str) -> str:
        """Return what a command prints, whether it fails or not."""
        return self.ended(*words, **variables)[1]

    def fill_disk(self, spare_bytes: int) -> None:
        """Leave no more than so many bytes on the project's disk."""
        self.empty_disk()
        room = shutil.disk_usage(self.root).free - spare_bytes
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room)

    def empty_disk(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def relative(self, text: str) -> str:
        """Return a text without the project's own place."""
        return text.replace(f"{self.root}/", "").replace(str(self.root), ".")

    @property
    def _filler(self) -> Path:
        return self.root.with_name("filler")

    def _words(self, name: str) -> tuple[str, ...]:
        commands = killed_stages.commands()
        return commands[name if name in commands else f"{name}@{MODEL}"].words


def mounted(folder: Path, megabytes: int) -> Path:
    """Mount an empty disk of so many megabytes at a new folder."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "takht"]
    subprocess.run(["mount", *options, str(folder)], check=True)
    return folder


_LIMITED = """\
import importlib, resource, sys
from pathlib import Path
spare_mb, script = int(sys.argv.pop(1)), Path(sys.argv.pop(1))
sys.path.insert(0, str(script.parent.absolute()))
module = importlib.import_module(script.stem)
from takht import stage
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + spare_mb * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
stage.run(getattr(module, script.stem))
"""
