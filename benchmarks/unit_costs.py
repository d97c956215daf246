"""What an hour of audio costs: CPU of each stage, and files; and what pairs of recordings cost.

Everything is measured on generated audio, with full-scale settings. A stage's cost is the
difference between a larger and a smaller corpus, so that the start of its process does not count.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import growing
import numpy as np
import preprocess
import yaml
from numpy.typing import NDArray

from takht.cache import store_folder
from takht.core.randomness import rng_for
from takht.dataset.feature_folder import read_index, read_settings
from takht.features.fingerprints.alignment import align
from takht.features.fingerprints.candidates import Index
from takht.features.fingerprints.landmarks import combine_peaks
from takht.features.fingerprints.peaks import Peaks

SIZES = (6, 18)  # recordings
MINUTES = 3  # of each
MATCHED = (1_250, 5_000, 20_000)  # recordings
MATCHED_SECONDS = 20  # of each
COPIED_EVERY = 50  # of the recordings one is a copy of another
COPY_KEEPS = 0.6  # of the peaks, among as many others
MIN_SECONDS = float(yaml.safe_load(preprocess.PARAMS)["near_duplicates"]["min_seconds"])
SCALE_CENTS = 9_800 + 50 * np.array([0, 3, 7, 10, 14, 17, 20, 24, 27, 31, 34, 38])
HARMONIC_CENTS = np.rint(1200 * np.log2(np.arange(1, 7))).astype(np.int64)
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
    """Return the CPU seconds per entry of a search for the oldest one, in a full store."""
    entries = len(store_folder.list_entries(root))
    cpu_s = process_seconds(lambda: store_folder.list_entries(root))
    return {"entries_a_recording": entries / recordings, "cpu_s_an_entry": cpu_s / entries}


def matching() -> dict[str, Any]:
    """Return what it takes to find copies among recordings of one instrument, by their number."""
    return {
        "seconds": MATCHED_SECONDS,
        "by_recordings": {str(number): _match(number) for number in MATCHED},
    }


def _match(recordings: int) -> dict[str, float]:
    """Return CPU seconds, peak memory, and what was found and looked at, of so many recordings."""
    peaks = [_invent_peaks(number) for number in range(recordings)]
    landmarks = [combine_peaks(each) for each in peaks]
    started = time.process_time()
    index = Index(landmarks)
    found = [index.look_up(block) for block in index.blocks()]
    candidates = index.choose(found)
    looked_up = time.process_time()
    pairs = [
        (each.first, each.second)
        for each in candidates
        if align(peaks[each.first], peaks[each.second], each.ms, each.lag_ms, MIN_SECONDS)
    ]
    aligned = time.process_time()
    planted = {(number - 1, number) for number in range(1, recordings) if _is_copy(number)}
    compared = sum(block.compared for block in found)
    return {
        "landmarks": sum(len(each.hashes) for each in landmarks),
        "look_up_cpu_s": looked_up - started,
        "align_cpu_s": aligned - looked_up,
        "candidates": len(candidates),
        "planted": len(planted),
        "found": len(planted & set(pairs)),
        "false": len(set(pairs) - planted),
        "compared_share": compared / index.equal_pairs,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _is_copy(number: int) -> bool:
    return number % COPIED_EVERY == COPIED_EVERY - 1


def _invent_peaks(number: int) -> Peaks:
    """Return the peaks of a melody on the one instrument, or of a copy of the one before."""
    if not _is_copy(number):
        return _invent_melody(number)
    rng, original = rng_for(2, number), _invent_melody(number - 1)
    kept = rng.random(len(original.ms)) < COPY_KEEPS
    others = rng.random(len(original.ms)) < COPY_KEEPS
    noise_ms = rng.integers(0, 1000 * MATCHED_SECONDS, others.sum())
    ms = np.concatenate([original.ms[kept] + rng.integers(-4, 5, kept.sum()), noise_ms])
    cents = np.concatenate([original.cents[kept], rng.integers(9_600, 14_000, others.sum())])
    return _sort_peaks(ms, cents)


def _invent_melody(number: int) -> Peaks:
    rng = rng_for(1, number)
    slot_ms = int(rng.choice((150, 180, 200, 250)))
    slots = rng.choice((1, 1, 2, 2, 3, 4), 1000 * MATCHED_SECONDS // slot_ms)
    starts = slot_ms * np.cumsum(slots)
    starts = starts[starts < 1000 * MATCHED_SECONDS]
    steps = np.cumsum(rng.choice((-2, -1, -1, 0, 1, 1, 2), len(starts))) % len(SCALE_CENTS)
    ms = starts[:, None] + rng.integers(0, 12, (len(starts), len(HARMONIC_CENTS)))
    return _sort_peaks(ms.ravel(), (SCALE_CENTS[steps][:, None] + HARMONIC_CENTS).ravel())


def _sort_peaks(ms: NDArray[np.int64], cents: NDArray[np.int64]) -> Peaks:
    order = np.argsort(ms, kind="stable")
    return Peaks(ms[order].astype(np.int32), cents[order].astype(np.int16))


def process_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process that the work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started
