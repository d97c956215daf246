"""Folders of features as stages write them, from arrays made in a test."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from takht.audio.wav_parts import PartsWriter
from takht.dataset.feature_folder import FeaturePiece, IndexRows, array_path, write_pieces


def write_recording(
    folder: Path,
    recording: str,
    pieces: Sequence[FeaturePiece],
    dtype: type[np.floating[Any]] = np.float16,
) -> tuple[str, IndexRows]:
    """Write a recording's array and return what `features.write_index` wants of it, as a pair."""
    path = array_path(folder, recording)
    return recording, write_pieces(path, pieces, dtype)


def write_parts(
    blocks: Sequence[np.ndarray], folder: Path, *, sample_rate_hz: int, part_samples: int
) -> None:
    """Write blocks of 16-bit samples as the parts of a converted recording."""
    with PartsWriter(folder, sample_rate_hz, part_samples) as parts:
        for block in blocks:
            parts.add(block)
