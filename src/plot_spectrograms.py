"""plot_spectrograms: draw the steps of one recording, and an excerpt of every composer."""

import sys
from pathlib import Path

from takht.stage import run

import numpy as np

from takht.core import tables
from takht.core.arrays import Frames
from takht.dataset.feature_folder import open_array, read_settings
from takht.features.spectrograms.figures import draw_composers, draw_steps, save_figure
from takht.preparation.segment_folder import read_segments
from takht.runtime.atomic import atomic_folder
from takht.text import collation, names

EXCERPT_SECONDS = 20.0
MOST_COMPOSERS = 40  # of a picture; a thousand would take minutes


def plot_spectrograms(
    segment_dir: Path, mel_dir: Path, mfcc_dir: Path, split_csv: Path, out_dir: Path
) -> None:
    split = tables.read_table(split_csv)
    chosen = split[split["side"] == "train"].drop_duplicates("composer")
    settings = read_settings(mel_dir)
    rate_hz, n_fft = settings["sample_rate_hz"], settings["n_fft"]
    frames = round(EXCERPT_SECONDS * rate_hz / settings["hop_samples"])

    def excerpt(folder: Path, recording: str) -> Frames:
        return open_array(folder, recording)[:frames].astype(np.float32)

    recording_of = dict(zip(chosen["label"], chosen["recording"], strict=True))
    shown = collation.sort_names(recording_of)[:MOST_COMPOSERS]
    if len(shown) < len(recording_of):
        sys.stderr.write(f"composers.png: {len(shown)} of {len(recording_of)} composers\n")
    excerpts = {label: excerpt(mel_dir, recording_of[label]) for label in shown}
    first = chosen["recording"].iloc[0]
    wave = next(read_segments(segment_dir, first))[: round(EXCERPT_SECONDS * rate_hz)]
    wave_frames = 1 + len(wave) // settings["hop_samples"]  # its segment may be shorter
    steps = draw_steps(
        names.isolate_parts(first),
        wave,
        excerpt(mel_dir, first)[:wave_frames],
        excerpt(mfcc_dir, first)[:wave_frames],
        sample_rate_hz=rate_hz,
        n_fft=n_fft,
    )
    excerpts = {names.escape(label): excerpt for label, excerpt in excerpts.items()}
    composers = draw_composers(excerpts, EXCERPT_SECONDS, frames, of=len(recording_of))
    with atomic_folder(out_dir) as folder:
        save_figure(steps, folder / "steps.png")
        save_figure(composers, folder / "composers.png")


if __name__ == "__main__":
    run(plot_spectrograms)
