"""Whether TensorFlow is there, and sees a GPU."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from takht.cli.doctor.finding import Finding, ok, warning

_ASK = "import tensorflow as tf; print('GPUs:', len(tf.config.list_physical_devices('GPU')))"
_SECONDS = 120


def check_gpu() -> Finding:
    """Check which GPUs the machine has, and TensorFlow sees; a process of its own asks that."""
    cards = len(list(Path("/dev").glob("nvidia[0-9]*")))
    if find_spec("tensorflow") is None:
        return warning(
            "gpu",
            f"TensorFlow is not installed ({cards} NVIDIA GPUs); networks cannot be trained",
            "run `make setup`, or `make setup EXTRA=gpu` for a GPU",
        )
    argv = [sys.executable, "-c", _ASK]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        said = f"TensorFlow did not start within {_SECONDS} s"
        return warning("gpu", said, "try again when the machine is less busy")
    if "GPUs:" not in done.stdout:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return warning("gpu", f"TensorFlow does not start: {said}", "run `make setup`")
    seen = int(done.stdout.rpartition("GPUs:")[2])
    if seen < cards:
        return warning(
            "gpu",
            f"TensorFlow sees {seen} of {cards} NVIDIA GPUs",
            "run `make setup EXTRA=gpu`, and check the driver with `nvidia-smi`",
        )
    return ok("gpu", f"TensorFlow sees {seen}" if seen else "none; training uses the processor")
