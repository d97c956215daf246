"""How fast training gets its windows, beside the way before, and how much memory that takes.

    python benchmarks/scaling.py measure --part training

Features are invented, of the full scale of params.yaml; a segment lasts a minute.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("src", "benchmarks")]

import costs  # noqa: E402

from takht.classifiers.standardisation import Standardisation  # noqa: E402
from takht.core.randomness import rng_for  # noqa: E402
from takht.dataset import raw_windows  # noqa: E402
from takht.dataset.batches import ShuffledBatches  # noqa: E402
from takht.dataset.feature_folder import array_path, write_index  # noqa: E402
from takht.dataset.raw_windows import RawWindows  # noqa: E402
from takht.dataset.windows import FeatureFolder, WindowSize  # noqa: E402

RATE_HZ = 22_050
BATCH = 32
PAIRS = 5
MINUTES = {"small": 3_000, "large": 9_000}  # of features: four times a group, and twelve times
MINUTES_A_RECORDING = 20


def write_mel(folder: Path, minutes: int, mel: dict[str, int], *, empty: bool = False) -> Path:
    """Write log-mel features of recordings of 20 minutes; empty ones take no room on the disk."""
    rng, rows = np.random.default_rng(1), {}
    frames = 60 * RATE_HZ // mel["hop_samples"]
    for number in range(minutes // MINUTES_A_RECORDING):
        name = f"composer{number % 4}/recording{number}"
        path = array_path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (MINUTES_A_RECORDING * frames, mel["bands"])
        array = np.lib.format.open_memmap(path, "w+", np.float16, shape)
        if not empty:
            own = rng.normal(-40, 6, mel["bands"]).astype(np.float32)
            array[:] = own + 9 * rng.standard_normal(shape, np.float32)
        rows[name] = [(0, n, 60.0 * n, n * frames, frames) for n in range(MINUTES_A_RECORDING)]
    settings = {"kind": "mel", "unit": "dB", "sample_rate_hz": RATE_HZ, **mel}
    write_index(folder, rows, settings)
    return folder


def windows_before(
    features: FeatureFolder, rows: pd.DataFrame, norm: Standardisation, frames: int
) -> Iterator[np.ndarray]:
    """Yield an epoch's batches as they were read before: rows of a table, prepared in NumPy."""
    order = rng_for(1, "epoch", 0).permutation(len(rows))
    for step in range(len(rows) // BATCH):
        few = rows.iloc[order[step * BATCH : (step + 1) * BATCH]]
        yield norm.apply(features.read(few, frames))


def windows_now(source: RawWindows) -> Iterator[np.ndarray]:
    """Yield an epoch's batches as they are read now: as stored, for the step to prepare."""
    return (batch.windows for batch in ShuffledBatches(source, BATCH, max_steps=10**9, seed=1))


def measure(scale: dict[str, Any]) -> dict[str, Any]:
    """Return windows a CPU second of both ways, in turns, and the peak memory of an epoch."""
    shape = WindowSize(**scale["windows"])
    mel = dict(scale["mel"])
    with tempfile.TemporaryDirectory() as name:
        features = FeatureFolder(write_mel(Path(name) / "mel", 4 * MINUTES_A_RECORDING, mel))
        rows = features.windows(shape)
        norm = Standardisation(np.zeros(mel["bands"], "f4"), np.ones(mel["bands"], "f4"))
        ways = {
            "before": lambda: windows_before(features, rows, norm, shape.frames),
            "now": lambda: windows_now(held),
        }
        held = RawWindows(features, rows, shape.frames)
        for epoch in ways.values():
            _rate(epoch)  # once before it counts
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(PAIRS):
            for way, epoch in ways.items():
                rates[way].append(_rate(epoch))
        peaks = {}
        for size, minutes in MINUTES.items():
            folder = write_mel(Path(name) / size, minutes, mel, empty=True)
            argv = [sys.executable, __file__, folder, str(shape.frames), str(shape.step_frames)]
            used = sum(path.stat().st_size for path in folder.rglob("*.npy"))
            cost, rate = costs.run(argv)
            peaks[size] = {
                "gb": used / 1e9,
                "peak_mb": cost.peak_mb,
                "windows_a_second": float(rate),
            }
    ratios = [now / before for before, now in zip(*rates.values(), strict=True)]
    return {
        "windows_an_hour": len(rows) / (4 * MINUTES_A_RECORDING) * 60,
        "windows_a_second": {way: statistics.median(rates[way]) for way in ways},
        "ratio": statistics.median(ratios),
        "bytes_a_window": shape.frames * mel["bands"] * 2,
        "table_bytes_a_window": float(rows.memory_usage(index=True).sum() / len(rows)),
        "group_mb": raw_windows.GROUP_BYTES / 1e6,
        "larger_than_memory": peaks,
    }


def _rate(epoch: Callable[[], Iterator[np.ndarray]]) -> float:
    """Return the windows of an epoch for each CPU second, of all threads."""
    started, windows = time.process_time(), 0
    for batch in epoch():
        windows += len(batch)
    return windows / (time.process_time() - started)


if __name__ == "__main__":
    folder, *sizes = sys.argv[1:]
    frames, step_frames = map(int, sizes)
    read_from = FeatureFolder(Path(folder))
    rows = read_from.windows(WindowSize(frames=frames, step_frames=step_frames))
    source = RawWindows(read_from, rows, frames)
    sys.stderr.write(str(_rate(lambda: windows_now(source))))
