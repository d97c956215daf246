"""Run a script as `python SCRIPT …` would, and note every file of this folder that it opens.

python auditor.py LOG SCRIPT ARGUMENT…
"""

import os
import runpy
import sys

log, script = sys.argv[1:3]
here = os.getcwd() + os.sep  # noqa: PTH109 (a Path would open nothing, but is slower in a hook)
sys.path[0] = os.path.join(here, os.path.dirname(script))  # noqa: PTH118, PTH120

import takht.stage  # noqa: E402, F401 (pins the instructions before NumPy loads)

import h5py  # noqa: E402
import soundfile  # noqa: E402

opened: set[str] = set()


def keep(name: object) -> None:
    """Note a path if it is of this folder."""
    path = os.path.abspath(os.fsdecode(name))  # type: ignore[arg-type]  # noqa: PTH100
    # A name relative to an open folder (shutil.rmtree's way) is no path from here.
    if path.startswith(here) and os.path.lexists(path):
        opened.add(path.removeprefix(here))


def note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen":  # ffmpeg's input
        for word in map(os.fsdecode, arguments[1]):  # type: ignore[arg-type]
            if word.startswith("file:"):
                keep(word.removeprefix("file:"))
    elif event in ("open", "os.listdir", "os.scandir") and isinstance(
        arguments[0], (str, os.PathLike)
    ):
        keep(arguments[0])


def noting(kind: type) -> None:
    """Make a class that opens files below Python, where no hook sees it, note their paths."""
    start = kind.__init__

    def wrapped(self: object, name: object, *others: object, **named: object) -> None:
        if isinstance(name, (str, os.PathLike)):
            keep(name)
        start(self, name, *others, **named)

    kind.__init__ = wrapped  # type: ignore[misc]


noting(soundfile.SoundFile)
noting(h5py.File)
sys.addaudithook(note)
sys.argv = [script, *sys.argv[3:]]
try:
    runpy.run_path(script, run_name="__main__")
finally:
    with open(log, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("\n".join(sorted(opened)))
