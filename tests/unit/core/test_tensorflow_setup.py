"""TensorFlow's threads are set before it computes, and left alone after."""

import subprocess
import sys

from pipeline import ROOT

CODE = """
from takht.core import tensorflow_setup
tensorflow_setup.set_up(1)
import tensorflow as tf
assert tf.config.threading.get_intra_op_parallelism_threads() == 1
assert tf.config.threading.get_inter_op_parallelism_threads() == 1
tf.reduce_sum(tf.ones(3))
tensorflow_setup.set_up(3)
assert tf.config.threading.get_intra_op_parallelism_threads() == 1
try:
    tf.random.normal([2])
except RuntimeError:  # a draw without a seed is refused
    raise SystemExit(0)
raise SystemExit("op determinism is off")
"""


def test_threads_are_set_once_and_determinism_is_on():
    done = subprocess.run(
        [sys.executable, "-c", CODE], check=True, cwd=ROOT / "src", capture_output=True, text=True
    )
    assert done.stderr == ""
