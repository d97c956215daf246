"""Everything that there is on file of the experiments, as plain data."""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from takht.core import tables
from takht.errors import TakhtError
from takht.report.results import recording_verdicts
from takht.report.results.json_files import read_json
from takht.report.results.locks import Records

SCORES = ("accuracy_recordings", "macro_f1_recordings")
NEEDED = (*(f"{score}{end}" for score in SCORES for end in ("", "_low", "_high")), "n_recordings")
CHECKS = {
    "leak": ("accuracy_windows", "accuracy_windows_leaky", "leak_gap"),
    "crossval": (*SCORES, "repeats"),
    "sanity_checks": ("permuted_label_accuracy", "majority_class_share"),
}


class Folders(NamedTuple):
    """Where the files of experiments are, each called after its experiment."""

    metrics: Path
    predictions: Path
    confusions: Path
    curves: Path
    models: Path


def read_experiments(
    folders: Folders, records: Records, labels: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the experiments that have scores, and the names of those that are of other data.

    `labels` are the composers' by their folders' names. The experiments of params.yaml come first,
    in its order. A part that is absent or of other data is None. What is of other data and no
    longer in params.yaml is passed by: nothing will measure it again.
    """
    found, outdated = [], []
    for name, metrics in _scored(folders.metrics, records):
        if records.outdated(folders.metrics / f"{name}.json"):
            outdated += [name] if name in records.params.get("experiments", {}) else []
        else:
            found.append(_experiment(name, metrics, folders, records, labels))
    return found, outdated


def _scored(folder: Path, records: Records) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the names and metrics of the folder's experiments; other metrics are passed by."""
    known = list(records.params.get("experiments", {}))
    paths = sorted(folder.glob("*.json"), key=lambda path: path.stem)
    places = {name: place for place, name in enumerate(known)}
    for path in sorted(paths, key=lambda path: places.get(path.stem, len(known))):
        metrics = read_json(path)
        if SCORES[0] not in metrics:
            continue
        _demand(metrics, NEEDED, path)
        yield path.stem, metrics


def _experiment(
    name: str,
    metrics: dict[str, Any],
    folders: Folders,
    records: Records,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "metrics": metrics}
    for check, needed in CHECKS.items():
        path = folders.metrics / check / f"{name}.json"
        found[check] = None
        if path.exists() and not records.outdated(path):
            found[check] = _demand(read_json(path), needed, path)
    curve, card = folders.curves / f"{name}.csv", folders.models / name / "model.json"
    found["curve"] = _curve(curve) if curve.exists() else None
    whole = read_json(card) if card.exists() else {}
    found["card"] = _card(whole) if whole else None
    confusion, windows = (
        folder / f"{name}.csv" for folder in (folders.confusions, folders.predictions)
    )
    found["verdicts"] = None
    if confusion.exists() and windows.exists():
        tabled = tables.read_table(confusion), tables.read_table(windows)
        temperature = whole.get("confidence", {}).get("temperature", 1.0)
        found["verdicts"] = recording_verdicts.list_recording_predictions(
            *tabled, labels, temperature
        )
    return found


def _demand(metrics: dict[str, Any], needed: Iterable[str], path: Path) -> dict[str, Any]:
    """Return the metrics if they have all the numbers that the page shows of them."""
    missing = [key for key in needed if not isinstance(metrics.get(key), int | float)]
    if missing:
        raise TakhtError(
            f"{path}: no number {', '.join(missing)}; write it as the pipeline's own stage does, "
            "or move the file elsewhere"
        )
    return metrics


def _curve(path: Path) -> list[dict[str, float | None]]:
    """Return a dictionary an epoch, None for what is no number."""
    rows = tables.read_table(path)
    return [
        {str(key): _number(value) for key, value in row.items()} for row in rows.to_dict("records")
    ]


def _number(text: str) -> float | None:
    value = float(text or "nan")
    return value if math.isfinite(value) else None


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("kind", "parameters", "mflop_per_window", "experiment", "libraries")
    return {key: card[key] for key in kept if key in card}
