"""mel: turn every segment into a log-mel spectrogram."""

from functools import partial
from pathlib import Path
from typing import Any

from takht.stage import run

from takht.cache.per_recording import Task, Work
from takht.dataset import feature_folder as features
from takht.dataset.feature_folder import Rows
from takht.features.spectrograms import mel as spectra
from takht.features.spectrograms.mel import MelSettings
from takht.preparation import segment_folder as segments
from takht.runtime import atomic as outputs


def mel(settings: MelSettings, segment_dir: Path, out_dir: Path) -> None:
    names = segments.recordings(segment_dir)
    how = {"sample_rate_hz": segments.sample_rate_hz(segment_dir), **settings.model_dump()}
    tasks = [Task(f"{name}.npy", (segment_dir / name,), how, name) for name in names]
    extract = partial(_extract, segment_dir=segment_dir, how=how)
    with outputs.fresh_folder(out_dir) as folder:
        rows = Work(extract, "mel", threads=True).products(tasks, folder)
        settings_used = {"kind": "mel", "unit": "dB", **how}
        features.write_index(folder, dict(zip(names, rows, strict=True)), settings_used)


def _extract(recording: str, path: Path, segment_dir: Path, how: dict[str, Any]) -> Rows:
    pieces = (
        features.Piece(0, number, start_seconds, spectra.log_mel(wave, **how))
        for number, start_seconds, wave in segments.numbered(segment_dir, recording)
    )
    return features.write_pieces(path, pieces)


if __name__ == "__main__":
    run(mel)
