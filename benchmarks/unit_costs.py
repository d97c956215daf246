"""What an hour of audio costs: CPU of each stage, files, training windows; and pairs of recordings.

Everything is measured on generated audio, with full-scale settings. A stage's cost is the
difference between a larger and a smaller corpus, so that the start of its process does not count.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import growing
import numpy as np
import preprocess
import yaml

from takht.cache import store_folder
from takht.classifiers.standardisation import Standardisation
from takht.dataset.batches import ShuffledBatches
from takht.dataset.feature_folder import open_array, read_index, read_settings
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.features.fingerprints.landmarks import extract_landmarks
from takht.features.fingerprints.matching import Index

SIZES = (6, 18)  # recordings
MINUTES = 3  # of each
MATCHED = (30, 60, 120)  # recordings
LEAST_SCORE = float(yaml.safe_load(preprocess.PARAMS)["near_duplicates"]["least_score"])
MATCHED_MINUTES = 1  # of each: what `preprocess.melody` returns
RATE_HZ = 22_050
BATCH = 32
FOLDERS = {
    "wav": "out/wav",
    "segments": "out/segments",
    "mel": "out/mel",
    "mfcc": "out/mfcc",
    "statistics": "out/statistics",
    "mel_augmented": "out/augmented",
}


def an_hour(params: dict[str, Any]) -> dict[str, Any]:
    """Return what an hour of audio costs, at the full scale of params.yaml."""
    with tempfile.TemporaryDirectory() as name:
        corpora = []
        for number in SIZES:
            here = Path(name) / str(number)
            corpora.append(corpus(here, number))
        shape = WindowSize(**params["scales"]["full"]["windows"])
        return per_hour(*corpora) | {
            "training": training_input(here / "out/mel", shape),
            "store": store_upkeep(here / "store", SIZES[-1]),
        }


def corpus(here: Path, recordings: int) -> dict[str, Any]:
    """Return what a corpus costs: stages' CPU seconds, files, bytes, hours."""
    preprocess.generate(here, MINUTES, recordings)
    (here / "params.yaml").write_text(preprocess.PARAMS)
    costs = growing.run(here, workers=2)
    files = {name: list(files_below(here / folder)) for name, folder in FOLDERS.items()}
    return {
        "hours": recordings * MINUTES / 60,
        "altered_hours": altered_hours(here / "out/augmented"),
        "cpu_s": {stage: cost.cpu_s for stage, cost in costs.items()},
        "objects": {name: len(found) for name, found in files.items()},
        "bytes": {
            name: sum(path.stat().st_size for path in found) for name, found in files.items()
        },
    }


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, at any depth."""
    return (path for path in folder.rglob("*") if path.is_file())


def altered_hours(folder: Path) -> float:
    """Return how much audio the altered copies of features are."""
    index, settings = read_index(folder), read_settings(folder)
    frames = index["frames"][index["copy"] > 0].sum()
    return float(frames * settings["hop_samples"] / settings["sample_rate_hz"] / 3600)


def per_hour(small: dict[str, Any], large: dict[str, Any]) -> dict[str, Any]:
    """Return what an hour more costs; `augment`'s is an hour of altered audio."""
    hours, altered = (large[key] - small[key] for key in ("hours", "altered_hours"))

    def slopes(part: str) -> dict[str, float]:
        return {key: (value - small[part][key]) / hours for key, value in large[part].items()}

    found: dict[str, Any] = {
        "recording_minutes": MINUTES,
        "cpu_s": slopes("cpu_s"),
        "bytes": slopes("bytes"),
        "objects": slopes("objects"),
    }
    found["cpu_s"]["augment"] *= hours / altered
    own = found["bytes"]["mel"]
    found["bytes"]["mel_augmented"] = (found["bytes"]["mel_augmented"] - own) * hours / altered
    return found


def training_input(folder: Path, shape: WindowSize) -> dict[str, float]:
    """Return how fast an epoch's batches come from log-mel features that are in memory already."""
    read_from = FeatureFolder(folder)
    rows = read_from.windows(shape)
    norm = Standardisation(np.zeros(read_from.bands, "f4"), np.ones(read_from.bands, "f4"))
    batches = ShuffledBatches(
        lambda few: norm.apply(read_from.read(few, shape.frames)),
        rows,
        np.zeros(len(rows), np.int64),
        BATCH,
        max_steps=len(rows),
        seed=1,
    )
    cpu_s = process_seconds(lambda: [batches[step] for step in range(len(batches))])
    hours = SIZES[-1] * MINUTES / 60
    stored = open_array(folder, rows["recording"].iloc[0]).dtype
    return {
        "windows_an_hour": len(rows) / hours,
        "windows_a_second": len(batches) * BATCH / cpu_s,
        "bytes_a_window": shape.frames * read_from.bands * stored.itemsize,
        "table_bytes_a_window": float(rows.memory_usage(index=True).sum() / len(rows)),
    }


def store_upkeep(root: Path, recordings: int) -> dict[str, float]:
    """Return what looking for the oldest entry costs, which each stage does, for each entry."""
    entries = len(store_folder.list_entries(root))
    cpu_s = process_seconds(lambda: store_folder.list_entries(root))
    return {"entries_a_recording": entries / recordings, "cpu_s_an_entry": cpu_s / entries}


def matching() -> dict[str, Any]:
    """Return the CPU seconds of comparing recordings, none like another, by their number."""
    marks = [
        extract_landmarks([preprocess.melody(seed)[::2].mean(axis=1)], RATE_HZ)
        for seed in range(MATCHED[-1])
    ]

    def cpu_s(recordings: int) -> float:
        index = Index(marks[:recordings])
        return process_seconds(
            lambda: [index.matches(number, LEAST_SCORE) for number in range(recordings)]
        )

    return {"minutes": MATCHED_MINUTES, "cpu_s": {str(number): cpu_s(number) for number in MATCHED}}


def process_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process that the work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started
