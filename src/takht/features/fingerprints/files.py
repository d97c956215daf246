"""A recording's fingerprint in a file: its landmarks and its peaks, arrays one after the other."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from takht.features.fingerprints.landmarks import Landmarks
from takht.features.fingerprints.peaks import Peaks


def write_fingerprint(path: Path, peaks: Peaks, landmarks: Landmarks) -> None:
    """Write each array in the .npy format, which is quicker to read than .npz.

    Landmarks come first: the look-up reads these alone.
    """
    with path.open("wb") as file:
        for array in (*vars(landmarks).values(), *vars(peaks).values()):
            np.save(file, array, allow_pickle=False)


@lru_cache(256)  # a recording has several candidates; of an hour each, these are some 100 MB
def read_peaks(path: Path) -> Peaks:
    """Return the peaks of a fingerprint, whose file does not change."""
    with path.open("rb") as file:
        return Peaks(*[np.load(file, allow_pickle=False) for _ in range(5)][3:])


def read_landmarks(path: Path) -> Landmarks:
    """Return the landmarks of a fingerprint."""
    with path.open("rb") as file:
        return Landmarks(*(np.load(file, allow_pickle=False) for _ in range(3)))
