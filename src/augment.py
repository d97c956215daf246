"""augment: add `aug.factor` altered copies of every training segment to the log-mel features."""

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from pydantic import Field

from takht import augmentation, features, jobs, outputs, segments, spectra, stage, tables
from takht.schema import Section, Seed


class Augmentation(Section):
    at: ClassVar[str] = "aug"
    factor: int = Field(ge=0, le=100, description="altered copies of each training segment")
    semitones: float = Field(gt=0, le=12, description="pitch shift, up or down")
    tempo_change: float = Field(gt=0, lt=0.5, description="share by which tempo falls or rises")
    seed: Seed


def augment(
    params: Augmentation, segment_dir: Path, mel_dir: Path, split_csv: Path, out_dir: Path
) -> None:
    settings = features.read_settings(mel_dir)
    split = tables.read_table(split_csv)
    training = set(split["recording"][split["side"] == "train"])
    index = features.read_index(mel_dir)
    tasks = [
        (recording, rows, params.factor if recording in training else 0)
        for recording, rows in index.groupby("recording", sort=True)
    ]
    with outputs.fresh_folder(out_dir) as folder:
        extend = partial(
            _extend,
            params=params,
            segment_dir=segment_dir,
            mel_dir=mel_dir,
            folder=folder,
            how={k: settings[k] for k in ("sample_rate_hz", "n_fft", "hop_samples", "bands")},
        )
        rows = jobs.each(extend, tasks, label="augment")
        features.write_index(folder, rows, settings)


def _extend(
    task: tuple[str, pd.DataFrame, int],
    params: Augmentation,
    segment_dir: Path,
    mel_dir: Path,
    folder: Path,
    how: dict[str, Any],
) -> pd.DataFrame:
    """Write the recording's own features with those of its copies behind them."""
    recording, rows, copies = task
    pieces = list(features.pieces(mel_dir, recording, rows))
    for copy in range(1, copies + 1):
        for segment, start_seconds, wave in segments.numbered(segment_dir, recording):
            change = augmentation.alteration_for(
                copy,
                segment,
                recording,
                **params.model_dump(include={"seed", "semitones", "tempo_change"}),
            )
            changed = augmentation.altered(wave, change, how["sample_rate_hz"])
            mel_db = spectra.log_mel(changed, **how)
            pieces.append(features.Piece(copy, segment, start_seconds, mel_db))
    return features.write_recording(folder, recording, pieces)


if __name__ == "__main__":
    stage.run(augment)
