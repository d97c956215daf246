"""mel: turn every segment into a log-mel spectrogram."""

from functools import partial
from pathlib import Path
from typing import Any

from takht.stage import run

from takht.cache.per_recording import RecordingCache, Task
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.features.spectrograms.mel import MelSettings, log_mel
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.runtime.atomic import atomic_folder


def mel(settings: MelSettings, segment_dir: Path, out_dir: Path) -> None:
    names = list_recordings(segment_dir)
    how = {"sample_rate_hz": read_sample_rate_hz(segment_dir), **settings.model_dump()}
    tasks = [Task(f"{name}.npy", (segment_dir / name,), how, name) for name in names]
    extract = partial(_extract, segment_dir=segment_dir, how=how)
    with atomic_folder(out_dir) as folder:
        rows = RecordingCache(extract, "mel", threads=True).map(tasks, folder)
        settings_used = {"kind": "mel", "unit": "dB", **how}
        write_index(folder, dict(zip(names, rows, strict=True)), settings_used)


def _extract(recording: str, path: Path, segment_dir: Path, how: dict[str, Any]) -> IndexRows:
    pieces = (
        FeaturePiece(0, number, start_seconds, log_mel(wave, **how))
        for number, start_seconds, wave in read_numbered(segment_dir, recording)
    )
    return write_pieces(path, pieces)


if __name__ == "__main__":
    run(mel)
