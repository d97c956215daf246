"""mel: turn every segment into a log-mel spectrogram."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from takht import features, jobs, outputs, segments, spectra, stage
from takht.spectra import MelSettings


def mel(settings: MelSettings, segment_dir: Path, out_dir: Path) -> None:
    with outputs.fresh_folder(out_dir) as folder:
        how = {"sample_rate_hz": segments.sample_rate_hz(segment_dir), **settings.model_dump()}
        extract = partial(_extract, segment_dir=segment_dir, folder=folder, how=how)
        rows = jobs.each(extract, segments.recordings(segment_dir), label="mel", threads=True)
        features.write_index(folder, rows, {"kind": "mel", "unit": "dB", **how})


def _extract(recording: str, segment_dir: Path, folder: Path, how: dict[str, Any]) -> pd.DataFrame:
    pieces = [
        features.Piece(0, number, start_seconds, spectra.log_mel(wave, **how))
        for number, start_seconds, wave in segments.numbered(segment_dir, recording)
    ]
    return features.write_recording(folder, recording, pieces)


if __name__ == "__main__":
    stage.run(mel)
