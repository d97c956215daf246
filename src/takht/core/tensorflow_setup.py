"""TensorFlow set up so that one machine always computes the same bytes."""

import os
import sys


def import_tensorflow(*, onednn: bool = True) -> None:
    """Import TensorFlow with what it reads from the environment set, and without its chatter.

    oneDNN is a library of convolutions that TensorFlow by itself uses on some processors only; a
    training step was seen to take 2.7 times as long without. Weights depend on it, so it is not
    left to the environment. Its float16 convolutions fail on processors with AVX512-FP16, because
    `core.cpu` holds it to AVX2, so training with mixed precision does without.
    TensorFlow then writes three lines about it to stderr, whatever its log level; what really
    fails is an exception.
    """
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1" if onednn else "0"
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (a file descriptor is wanted)
            os.dup2(nowhere.fileno(), 2)
        import tensorflow  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def set_up(threads: int, *, mixed_precision: bool = False) -> None:
    """Make TensorFlow deterministic, with `threads` threads inside an operation.

    Neither determinism nor seeds alone suffice: operations must also run one after another, and
    sums depend on how many threads share them. GPUs, if any, take memory as they need it. A process
    can do this once: where TensorFlow has already computed, its threads stay as they are.
    """
    import_tensorflow(onednn=not mixed_precision)
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        if "initializ" not in str(error):
            raise


def list_devices() -> list[str]:
    """Return what kinds of devices TensorFlow computes with: results depend on it."""
    import tensorflow as tf

    return sorted({each.device_type for each in tf.config.list_physical_devices()})
