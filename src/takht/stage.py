"""Run a function as a DVC stage: `python src/NAME.py [NAME=VALUE ...] PATH...`."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from takht.runtime.quick_start import import_when_used

# isort: split

from takht.cache import store_folder
from takht.core.environment import require_sound_start, set_environment
from takht.errors import DiskFull
from takht.runtime import interrupts, orphans
from takht.runtime.by_name import require_known_names
from takht.runtime.error_lines import describe_error
from takht.runtime.params import Section, load_section

set_environment()  # so a stage imports this module first
# Its errors are raised. On some processors it prints one that is none, as training begins.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# As it starts, SciPy asks for every name that NumPy has. Many stages never use these.
import_when_used("numpy.f2py", "numpy.ma", "numpy.polynomial", "numpy.testing")

_ROOT = "--root"  # DVC quotes a value only where it writes its name before it: ${corpus}
_NAME = re.compile(r"(scale|experiment|feature)=(.*)", re.DOTALL)


def run(function: Callable[..., None], argv: Sequence[str] | None = None) -> None:
    """Call `function(*sections, *paths)`: sections from params.yaml, paths from the command line.

    Whatever goes wrong ends in one line on stderr and exit code 1; Ctrl-C in 130. TAKHT_DEBUG=1
    shows the traceback. Where the disk is full, the store makes room, and the stage starts again.
    With TAKHT_TIMINGS=FILE, a JSON line with the stage's wall and CPU seconds is appended there:
    they differ from run to run, so no output may hold them.
    """
    given = sys.argv[1:] if argv is None else argv
    words = [word for word in given if word != _ROOT]
    names = {}
    while words and (match := _NAME.fullmatch(words[0])):
        names[match[1]] = match[2]
        del words[0]
    hints = get_type_hints(function)
    kinds = [kind for name, kind in hints.items() if name != "return"]
    sections = [kind for kind in kinds if issubclass(kind, Section)]
    paths = list(hints)[len(sections) : len(kinds)]
    if len(words) != len(paths):
        sys.exit(f"usage: python src/{function.__name__}.py {' '.join(paths).upper()}")
    with interrupts.watch_interrupts():
        try:
            orphans.end_with_dvc()
            require_sound_start()
            started, cpu_before = time.perf_counter(), _cpu_seconds()
            require_known_names()
            arguments = [*(load_section(kind, names) for kind in sections), *map(Path, words)]
            _with_room(partial(function, *arguments))
            interrupts.raise_if_interrupted()
            wall_s = time.perf_counter() - started
            _note(function.__name__, names, wall_s, _cpu_seconds() - cpu_before)
        except (KeyboardInterrupt, Exception) as error:
            if os.environ.get("TAKHT_DEBUG") == "1":
                raise
            # h5py, whose file did not fit on the disk, would tell of it again as Python ends.
            sys.unraisablehook = interrupts.ignore_exception
            # Where Ctrl-C came, other errors came of it: pandas' parser makes one of its own.
            if isinstance(error, Exception) and not interrupts.was_interrupted():
                sys.exit(describe_error(error, function.__name__))
            sys.stderr.write("interrupted; nothing half-written was kept\n")
            sys.exit(130)


def _with_room(work: Callable[[], None]) -> None:
    """Do the work; where the disk is full of what the store keeps, without that once more."""
    try:
        work()
    except DiskFull as error:
        freed = store_folder.make_room(store_folder.locate_store(), error.folder)
        if not freed:
            raise
        sys.stderr.write(f"disk full: {freed} bytes of the store deleted, starting again\n")
        work()


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _note(stage: str, names: dict[str, str], wall_s: float, cpu_s: float) -> None:
    log = os.environ.get("TAKHT_TIMINGS")
    if log:
        line: dict[str, Any] = {"stage": stage, **names}
        line |= {"wall_s": round(wall_s, 3), "cpu_s": round(cpu_s, 3)}
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
