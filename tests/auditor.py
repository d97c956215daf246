"""Run a script as `python SCRIPT …` would, and note every file of this folder that it opens.

python auditor.py LOG SCRIPT ARGUMENT…
"""

import os
import runpy
import sys

log, script = sys.argv[1:3]
here = os.getcwd() + os.sep  # noqa: PTH109 (a Path would open nothing, but is slower in a hook)
opened: set[str] = set()


def note(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and isinstance(
        arguments[0], (str, os.PathLike)
    ):
        path = os.path.abspath(os.fspath(arguments[0]))  # noqa: PTH100
        # A name relative to an open folder (shutil.rmtree's way) is no path from here.
        if path.startswith(here) and os.path.lexists(path):
            opened.add(path.removeprefix(here))


sys.addaudithook(note)
sys.argv = [script, *sys.argv[3:]]
sys.path[0] = os.path.join(here, os.path.dirname(script))  # noqa: PTH118, PTH120
try:
    runpy.run_path(script, run_name="__main__")
finally:
    with open(log, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("\n".join(sorted(opened)))
