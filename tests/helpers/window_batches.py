"""Batches of windows that a small network can learn."""

import tempfile
from pathlib import Path

import numpy as np
from feature_folders import write_recording

from takht.classifiers.standardisation import Standardisation
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.dataset.raw_windows import RawWindows
from takht.dataset.windows import FeatureFolder
from takht.training.network_inputs import NetworkInputs

COMPOSERS, FRAMES, BANDS = 3, 64, 64
ONE = Standardisation(np.zeros(BANDS, np.float32), np.ones(BANDS, np.float32))
INPUTS = NetworkInputs("plain", np.dtype(np.float32), ONE)  # windows as they are


def written(folder: Path, windows: np.ndarray) -> RawWindows:
    """Write windows (n, frames, bands) as the segments of a recording; return them all."""
    pieces = [FeaturePiece(0, number, 0.0, each) for number, each in enumerate(windows)]
    name, rows = write_recording(folder, "r", pieces, windows.dtype.type)
    write_index(folder, {name: rows}, {"unit": "plain"})
    features = FeatureFolder(folder)
    return RawWindows(features, features.index, windows.shape[1])


def batches(count: int, *, shuffled_labels: bool = False, **shuffle: int) -> Batches:
    """Windows whose composer shows in which third of the bands is louder."""
    rng = np.random.default_rng(len(shuffle))
    targets = np.arange(count) % COMPOSERS
    windows = rng.normal(size=(count, FRAMES, BANDS)).astype(np.float32)
    for window, target in zip(windows, targets, strict=True):
        window[:, target * 21 : (target + 1) * 21] += 1
    if shuffled_labels:
        rng.shuffle(targets)
    with tempfile.TemporaryDirectory() as folder:
        source = written(Path(folder), windows)
        batches = Batches(source, 16, targets=targets)
        list(batches)  # in memory from now on
    return ShuffledBatches(source, 16, targets=targets, **shuffle) if shuffle else batches
