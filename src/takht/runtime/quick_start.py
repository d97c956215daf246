"""What makes a stage's process start and end in less time: a stage imports this before all else."""

import atexit
import gc
import importlib.util
import os
import sys

gc.set_threshold(100_000)  # imports make many objects and hardly any garbage
atexit.register(gc.freeze)  # the system takes all memory back: no last search for garbage
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look for them in every package


def import_when_used(*names: str) -> None:
    """Let the first use of a module's attribute import it; its package is imported already."""
    for name in names:
        if name in sys.modules or (spec := importlib.util.find_spec(name)) is None:
            continue
        assert spec.loader
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        package, _, attribute = name.rpartition(".")
        setattr(sys.modules[package], attribute, module)
