"""What makes a stage's process start and end in less time: a stage imports this before all else."""

import atexit
import gc
import importlib
import os
import sys
from threading import Event
from types import ModuleType
from typing import Any

gc.set_threshold(100_000)  # imports and stages make many objects and hardly any garbage
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look for them in every package

finished = Event()  # set where a process has done what it was started for


@atexit.register  # before all that a stage imports, so it is called after what they register
def _end_at_once() -> None:
    """End without taking Python apart, which takes a hundredth of a second or more."""
    if finished.is_set():
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed
            stream.flush()
        os._exit(0)


class _Late(ModuleType):
    """Stands for a module as an attribute of its package until something in it is used."""

    def __getattr__(self, name: str) -> Any:
        # Python's own import, with its locks; the package has the module itself from then on.
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)  # for who took this from the package before
        return value


def import_when_used(*names: str) -> None:
    """Import each module only when something in it is first used."""
    for name in names:
        package, _, attribute = name.rpartition(".")
        if name not in sys.modules:
            setattr(importlib.import_module(package), attribute, _Late(name))
