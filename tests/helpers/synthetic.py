"""A folder of invented features and its split: composers that a classifier can, or cannot, tell."""

from pathlib import Path

import numpy as np
import pandas as pd
from feature_folders import write_recording

from takht.core import tables
from takht.dataset.feature_folder import FeaturePiece, write_index

SETTINGS = {"kind": "mel", "unit": "dB", "sample_rate_hz": 22_050, "n_fft": 2048}


def write_features(
    folder: Path,
    *,
    composers: int = 3,
    sides: tuple[int, int, int] = (3, 1, 1),
    bands: int = 64,
    frames: int = 200,
    copies: int = 0,
    unit: str = "dB",
    contrast_db: float = 6.0,
) -> pd.DataFrame:
    """Write features of `sum(sides)` recordings a composer and return their split.

    Each composer has a spectrum of its own, `contrast_db` strong, under 6 dB of noise; a recording
    has two segments of `frames` frames and, in training, `copies` altered copies.
    """
    rng = np.random.default_rng(3)
    rows, split = [], []
    for composer in range(composers):
        own = rng.normal(0, contrast_db, bands) - 40
        names = [
            s for s, n in zip(("train", "validation", "test"), sides, strict=True) for _ in range(n)
        ]
        for number, side in enumerate(names):
            recording = f"c{composer}/r{number}"
            pieces = [
                FeaturePiece(
                    copy,
                    segment,
                    segment * frames * 1024 / 22_050,
                    own + rng.normal(0, 6, (frames, bands)),
                )
                for copy in range(1 + copies * (side == "train"))
                for segment in range(2)
            ]
            rows.append(write_recording(folder, recording, pieces))
            split.append((recording, f"c{composer}", f"ملحن {composer}", recording, side))
    write_index(folder, dict(rows), SETTINGS | {"unit": unit, "hop_samples": 1024, "bands": bands})
    table = pd.DataFrame(split, columns=["recording", "composer", "label", "work", "side"])
    tables.write_table(table, folder.parent / "split.csv")
    return table


def write_statistics(
    folder: Path,
    *,
    composers: int,
    recordings: int,
    composer_strength: float = 1.0,
    own_strength: float = 1.0,
    windows: int = 20,
    copies: int = 0,
) -> pd.DataFrame:
    """Write a folder of window statistics and its split, 2 in 12 recordings for each of two sides.

    Composers and recordings have a mean of their own, so strong, in 12 statistics of unit noise.
    """
    rng = np.random.default_rng(4)
    rows, split = [], []
    for composer in range(composers):
        mean = rng.normal(0, composer_strength, 12)
        for number in range(recordings):
            recording = f"c{composer}/r{number:02d}"
            own = mean + rng.normal(0, own_strength, 12)
            pieces = [
                FeaturePiece(copy, 0, 0.0, own + rng.normal(0, 1, (windows, 12)))
                for copy in range(1 + copies)
            ]
            rows.append(write_recording(folder / "statistics", recording, pieces))
            side = {0: "test", 1: "validation"}.get(number % 6, "train")
            split.append((recording, f"c{composer}", f"C{composer}", recording, recording, side))
    settings = {"kind": "statistics", "frame": "window", "unit": "statistics"}
    settings |= {"sample_rate_hz": 22_050, "hop_samples": 44_032, "groups": {"timbre": 12}}
    write_index(folder / "statistics", dict(rows), settings)
    columns = ["recording", "composer", "label", "work", "group", "side"]
    table = pd.DataFrame(split, columns=columns)
    tables.write_table(table, folder / "split.csv")
    return table
