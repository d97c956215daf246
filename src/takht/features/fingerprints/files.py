"""A recording's fingerprint in a file: its peaks and its landmarks."""

from pathlib import Path

import numpy as np

from takht.features.fingerprints.landmarks import Landmarks
from takht.features.fingerprints.peaks import Peaks


def write_fingerprint(path: Path, peaks: Peaks, landmarks: Landmarks) -> None:
    """Write peaks and landmarks, each of them an array (.npz)."""
    parts = {"peak": vars(peaks), "landmark": vars(landmarks)}
    arrays = {f"{part}_{name}": array for part, own in parts.items() for name, array in own.items()}
    with path.open("wb") as file:  # np.savez would change the name
        np.savez(file, allow_pickle=False, **arrays)


def read_peaks(path: Path) -> Peaks:
    """Return the peaks of a fingerprint."""
    with np.load(path, allow_pickle=False) as arrays:
        return Peaks(arrays["peak_ms"], arrays["peak_cents"])


def read_landmarks(path: Path) -> Landmarks:
    """Return the landmarks of a fingerprint."""
    with np.load(path, allow_pickle=False) as arrays:
        return Landmarks(*(arrays[f"landmark_{name}"] for name in ("hashes", "cents", "ms")))
