"""The folder of generated sounds read back and measured, file by file."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from takht.core import tables
from takht.core.arrays import Waveform
from takht.generation.metrics.reconstruction import compare_pair
from takht.generation.metrics.samples import SampleMeasures, measure_sample
from takht.runtime.parallel import map_ordered


def read_index(folder: Path) -> pd.DataFrame:
    """Return the folder's index: file, kind, model, composer, recording, seconds."""
    return tables.read_table(folder / "index.csv", {"seconds": "float64"})


def list_samples(folder: Path, rows: pd.DataFrame, block_frames: int) -> list[SampleMeasures]:
    """Return what is measured of each of the rows' sounds, in their order."""
    measure = partial(_measured, folder=folder, block_frames=block_frames)
    return map_ordered(measure, list(rows["file"]), label="measure", unit="sound")


def compare_reconstructions(folder: Path, index: pd.DataFrame) -> pd.DataFrame:
    """Return recording, kind, model and all scores of every reconstruction in the index.

    Music itself is there too, with its own buzz alone.
    """
    rows = index[index["recording"].ne("") & index["composer"].ne("")]
    recordings = sorted(set(rows["recording"]))
    tables_of = map_ordered(
        partial(_compared, folder=folder, rows=rows), recordings, label="compare"
    )
    return pd.concat(tables_of, ignore_index=True)


def read_wave(folder: Path, file: str) -> Waveform:
    """Return a sound of the folder, float32 in [-1, 1], shape (samples,)."""
    samples, _ = soundfile.read(folder / file, dtype="float32")
    return np.asarray(samples)


def _measured(file: str, folder: Path, block_frames: int) -> SampleMeasures:
    return measure_sample(read_wave(folder, file), block_frames)


def _compared(recording: str, folder: Path, rows: pd.DataFrame) -> pd.DataFrame:
    own = rows[rows["recording"] == recording]
    (music,) = own.loc[own["kind"] == "music", "file"]
    original = read_wave(folder, music)
    found = []
    for file, kind, model in zip(own["file"], own["kind"], own["model"], strict=True):
        values = {"recording": recording, "kind": kind, "model": model}
        values |= compare_pair(original, read_wave(folder, file))._asdict()
        found.append(values)
    return pd.DataFrame(found)
