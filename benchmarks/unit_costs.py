"""What an hour of audio costs: CPU of each stage, and files; and what pairs of recordings cost.

Everything is measured on generated audio, with full-scale settings. A stage's cost is the
difference between a larger and a smaller corpus, so that the start of its process does not count.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import growing
import preprocess
import yaml

from takht.cache import store_folder
from takht.dataset.feature_folder import read_index, read_settings
from takht.features.fingerprints.landmarks import extract_landmarks
from takht.features.fingerprints.matching import Index

SIZES = (6, 18)  # recordings
MINUTES = 3  # of each
MATCHED = (30, 60, 120)  # recordings
LEAST_SCORE = float(yaml.safe_load(preprocess.PARAMS)["near_duplicates"]["min_score"])
MATCHED_MINUTES = 1  # of each: what `preprocess.melody` returns
RATE_HZ = 22_050
FOLDERS = {
    "wav": "out/wav",
    "segments": "out/segments",
    "mel": "out/mel",
    "mfcc": "out/mfcc",
    "statistics": "out/statistics",
    "mel_augmented": "out/augmented",
}


def an_hour() -> dict[str, Any]:
    """Return what an hour of audio costs, at the full scale of params.yaml."""
    with tempfile.TemporaryDirectory() as name:
        corpora = []
        for number in SIZES:
            here = Path(name) / str(number)
            corpora.append(corpus(here, number))
        return per_hour(*corpora) | {"store": store_upkeep(here / "store", SIZES[-1])}


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
