"""What makes a stage's process start and end in less time: a stage imports this before all else."""

import atexit
import gc
import os

gc.set_threshold(10_000)  # imports make many objects and hardly any garbage
atexit.register(gc.freeze)  # the system takes all memory back: no last search for garbage
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look for them in every package
