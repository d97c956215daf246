"""What makes a stage's process start and end in less time: a stage imports this before all else."""

import atexit
import gc
import importlib
import os
import sys
from functools import partial
from types import ModuleType
from typing import Any

gc.set_threshold(100_000)  # imports and stages make many objects and hardly any garbage
atexit.register(gc.freeze)  # the system takes all memory back: no last search for garbage
_DESCRIPTIONS = "scipy._lib._docscrape"
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look for them in every package


class _Undescribed(ModuleType):
    """Stands for the module with which SciPy reads descriptions, until SciPy imports it.

    As it starts, SciPy adds a table to the descriptions of hundreds of functions: a third of the
    time that it takes. In a stage nobody reads them, so it is given empty ones.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked of every module, by who looks for one
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
            module: Any = importlib.import_module(self.__name__)
            module.FunctionDoc = partial(module.FunctionDoc, doc="")
        return getattr(sys.modules[self.__name__], name)


sys.modules.setdefault(_DESCRIPTIONS, _Undescribed(_DESCRIPTIONS))


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
