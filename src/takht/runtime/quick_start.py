"""What makes a stage's process start in less time: a stage imports this before all else."""

import gc
import os

gc.set_threshold(10_000)  # imports make many objects and hardly any garbage
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # it would look for them in every package
