"""Batches of windows that a small network can learn."""

import numpy as np
import pandas as pd

from takht.dataset.batches import Batches, ShuffledBatches

COMPOSERS, FRAMES, BANDS = 3, 64, 64


def batches(count: int, *, shuffled_labels: bool = False, **shuffle: int) -> Batches:
    """Windows whose composer shows in which third of the bands is louder."""
    rng = np.random.default_rng(len(shuffle))
    targets = np.arange(count) % COMPOSERS
    windows = rng.normal(size=(count, FRAMES, BANDS)).astype(np.float32)
    for window, target in zip(windows, targets, strict=True):
        window[:, target * 21 : (target + 1) * 21] += 1
    if shuffled_labels:
        rng.shuffle(targets)
    rows = pd.DataFrame({"place": np.arange(count)})
    arguments = (lambda part: windows[part["place"]]), rows, targets, 16
    return ShuffledBatches(*arguments, **shuffle) if shuffle else Batches(*arguments)
