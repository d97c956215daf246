"""augment: add `aug.factor` altered copies of every training segment to the log-mel features."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from takht.stage import run

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.dataset.feature_folder import (
    FeaturePiece,
    IndexRows,
    array_path,
    read_index_rows,
    read_pieces,
    read_settings,
    write_index,
    write_pieces,
)
from takht.features.spectrograms.augmentation import AugmentationSettings, Segment
from takht.preparation.segment_folder import read_numbered
from takht.runtime.atomic import atomic_folder
from takht.runtime.by_name import load_by_name
from takht.runtime.code_hash import hash_function


def augment(
    params: AugmentationSettings, segment_dir: Path, mel_dir: Path, split_csv: Path, out_dir: Path
) -> None:
    settings = read_settings(mel_dir)
    sizes = {key: settings[key] for key in ("sample_rate_hz", "n_fft", "hop_samples", "bands")}
    code = hash_function(load_by_name("augmentations", params.method).augment)
    sides = tables.read_rows(split_csv, {"recording": str, "side": str})
    training = {recording for recording, side in sides if side == "train"}
    rows_of = read_index_rows(mel_dir)
    tasks = []
    for name, rows in rows_of.items():
        copies = params.factor if name in training else 0
        inputs = [array_path(mel_dir, name), *([segment_dir / name] if copies else [])]
        # The draws are by the recording's name; without copies nothing of this has a say.
        drawn = [name, copies, params.model_dump(), sizes, code] if copies else []
        values = [rows, drawn]
        tasks.append(Task(f"{name}.npy", tuple(inputs), values, (name, rows, copies)))
    extend = partial(_extend, params=params, segment_dir=segment_dir, mel_dir=mel_dir, sizes=sizes)
    with atomic_folder(out_dir) as folder:
        made = RecordingCache(extend, "augment", threads=True).map(tasks, folder)
        write_index(folder, dict(zip(rows_of, made, strict=True)), settings)


def _extend(
    task: tuple[str, IndexRows, int],
    path: Path,
    params: AugmentationSettings,
    segment_dir: Path,
    mel_dir: Path,
    sizes: dict[str, int],
) -> IndexRows:
    """Write the recording's own features with those of its copies behind them."""
    recording, rows, copies = task
    copied = (_copy(recording, copy, params, segment_dir, sizes) for copy in range(1, copies + 1))
    pieces = chain(read_pieces(mel_dir, recording, rows), *copied)
    return write_pieces(path, pieces)


def _copy(
    recording: str,
    copy: int,
    params: AugmentationSettings,
    segment_dir: Path,
    sizes: dict[str, int],
) -> Iterator[FeaturePiece]:
    method = load_by_name("augmentations", params.method)
    for number, start_seconds, wave in read_numbered(segment_dir, recording):
        segment = Segment(wave, recording, number, copy)
        yield FeaturePiece(copy, number, start_seconds, method.augment(segment, params, sizes))


if __name__ == "__main__":
    run(augment)
