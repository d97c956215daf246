"""Arabic-music composer classification: the library behind the stages."""

import os

from takht import instructions

instructions.hold_back()
# TensorFlow reads it when it is imported, and tells nothing of use below this level.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
