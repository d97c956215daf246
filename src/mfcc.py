"""mfcc: turn every log-mel spectrogram into mel-frequency cepstral coefficients."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from pydantic import Field

from takht import features, jobs, outputs, spectra, stage
from takht.errors import TakhtError
from takht.schema import Section


class Mfcc(Section):
    at: ClassVar[str] = "scales.{scale}.mfcc"
    coefficients: int = Field(ge=1, le=512, description="coefficients kept of each frame")


def mfcc(params: Mfcc, mel_dir: Path, out_dir: Path) -> None:
    settings = features.read_settings(mel_dir)
    if params.coefficients > settings["bands"]:
        raise TakhtError(
            "params.yaml: scales.*.mfcc.coefficients: at most as many as mel.bands "
            f"({settings['bands']}), got {params.coefficients}; lower it"
        )
    index = features.read_index(mel_dir)
    with outputs.fresh_folder(out_dir) as folder:
        extract = partial(_extract, mel_dir=mel_dir, folder=folder, count=params.coefficients)
        recordings = [rows for _, rows in index.groupby("recording", sort=True)]
        rows = jobs.each(extract, recordings, label="mfcc", threads=True)
        settings |= {"kind": "mfcc", "unit": "cepstrum of dB", **params.model_dump()}
        features.write_index(folder, rows, settings)


def _extract(rows: pd.DataFrame, mel_dir: Path, folder: Path, count: int) -> pd.DataFrame:
    recording = rows["recording"].iloc[0]
    pieces = [
        replace(piece, frames=spectra.mfcc(piece.frames, count))
        for piece in features.pieces(mel_dir, recording, rows)
    ]
    return features.write_recording(folder, recording, pieces)


if __name__ == "__main__":
    stage.run(mfcc)
