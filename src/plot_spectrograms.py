"""plot_spectrograms: draw the steps of one recording, and an excerpt of every composer."""

from pathlib import Path

from takht.stage import run

import numpy as np

from takht.core import tables
from takht.core.arrays import Frames
from takht.dataset import feature_folder as features
from takht.features.spectrograms import figures as spectrogram_plots
from takht.preparation import segment_folder as segments
from takht.runtime import atomic as outputs
from takht.text import collation

EXCERPT_SECONDS = 20.0


def plot_spectrograms(
    segment_dir: Path, mel_dir: Path, mfcc_dir: Path, split_csv: Path, out_dir: Path
) -> None:
    split = tables.read_table(split_csv)
    chosen = split[split["side"] == "train"].drop_duplicates("composer")
    settings = features.read_settings(mel_dir)
    rate_hz, n_fft = settings["sample_rate_hz"], settings["n_fft"]
    frames = round(EXCERPT_SECONDS * rate_hz / settings["hop_samples"])

    def excerpt(folder: Path, recording: str) -> Frames:
        return features.open_array(folder, recording)[:frames].astype(np.float32)

    excerpts = {
        label: excerpt(mel_dir, recording)
        for label, recording in zip(chosen["label"], chosen["recording"], strict=True)
    }
    first = chosen["recording"].iloc[0]
    wave = next(segments.read(segment_dir, first))[: round(EXCERPT_SECONDS * rate_hz)]
    steps = spectrogram_plots.steps_figure(
        first,
        wave,
        excerpt(mel_dir, first),
        excerpt(mfcc_dir, first),
        sample_rate_hz=rate_hz,
        n_fft=n_fft,
    )
    in_order = {label: excerpts[label] for label in collation.sorted_names(excerpts)}
    composers = spectrogram_plots.composers_figure(in_order, EXCERPT_SECONDS)
    with outputs.fresh_folder(out_dir) as folder:
        spectrogram_plots.save(steps, folder / "steps.png")
        spectrogram_plots.save(composers, folder / "composers.png")


if __name__ == "__main__":
    run(plot_spectrograms)
