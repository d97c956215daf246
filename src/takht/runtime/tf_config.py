"""Which machine of several that train together this is, as TensorFlow's TF_CONFIG says."""

import json
import os

from takht.errors import TakhtError

_SHAPE = (
    '{"cluster": {"worker": ["HOST:PORT", "HOST:PORT"]}, "task": {"type": "worker", "index": 0}}'
)


def read_position() -> tuple[int, int]:
    """Return how many machines train together and the place of this one, from 0: (1, 0) if alone.

    Raises:
        TakhtError: TF_CONFIG does not list workers and one of them.
    """
    text = os.environ.get("TF_CONFIG")
    if text is None:
        return 1, 0
    try:
        config = json.loads(text)
        workers, task = config["cluster"]["worker"], config["task"]
        if set(config["cluster"]) != {"worker"} or task["type"] != "worker":
            raise ValueError("it has other tasks than workers")
        if task["index"] not in range(len(workers)):
            raise ValueError(f"it has no worker {task['index']}")
        return len(workers), int(task["index"])
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise TakhtError(
            f"TF_CONFIG: not a list of workers and the place of this one ({reason}), got {text!r}; "
            f"write {_SHAPE}, or unset it to train on this machine alone"
        ) from None


def is_writer() -> bool:
    """Return whether this machine writes outputs: the first of several, or the only one."""
    return read_position()[1] == 0
