"""Folders of features as stages write them, from arrays made in a test."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from takht.audio.wav_parts import PartsWriter
from takht.dataset import feature_folder as features
from takht.dataset.feature_folder import Piece, Rows


def write_recording(
    folder: Path,
    recording: str,
    pieces: Sequence[Piece],
    dtype: type[np.floating[Any]] = np.float16,
) -> tuple[str, Rows]:
    """Write a recording's array and return what `features.write_index` wants of it, as a pair."""
    path = features.array_path(folder, recording)
    return recording, features.write_pieces(path, pieces, dtype)


def write_parts(
    blocks: Sequence[np.ndarray], folder: Path, *, sample_rate_hz: int, part_samples: int
) -> None:
    """Write blocks of 16-bit samples as the parts of a converted recording."""
    with PartsWriter(folder, sample_rate_hz, part_samples) as parts:
        for block in blocks:
            parts.add(block)
