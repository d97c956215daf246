"""generate: sound pieces, and continue, morph and reconstruct held-out music."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from takht.stage import run

import pandas as pd

from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec_folder import load_codec, load_pca
from takht.generation.pieces.load import load_study_vae
from takht.generation.pieces.plan import (
    Figure,
    GenerationPlan,
    group_into_figures,
    one_per_figure,
    plan_continuation,
    plan_morphs,
    plan_pca_samples,
    plan_pieces,
    plan_reconstructions,
    plan_study_samples,
)
from takht.generation.pieces.render import render_figure
from takht.generation.prior.prior_folder import load_prior
from takht.preparation.segment_folder import read_segments
from takht.runtime.atomic import atomic_folder
from takht.runtime.parallel import map_ordered


def generate(
    sizes: GenerationPlan,
    codec_dir: Path,
    prior_dir: Path,
    study_vae_dir: Path,
    generation_spectrogram_dir: Path,
    segment_dir: Path,
    split_csv: Path,
    out_dir: Path,
) -> None:
    split = tables.read_table(split_csv)
    codec = load_codec(codec_dir)
    prior = load_prior(prior_dir, codec)
    pca, original = load_pca(codec_dir), load_study_vae(study_vae_dir)
    clips = Clips(generation_spectrogram_dir, split, "train", least_frames=codec.block_frames)

    def sheets() -> Iterator[Figure]:
        yield from one_per_figure(plan_pieces(prior, sizes))
        pca_items = plan_pca_samples(pca, clips, sizes)
        yield from group_into_figures("baselines/pca", pca_items)
        original_items = plan_study_samples(original, sizes)
        yield from group_into_figures("baselines/study_vae", original_items)
        composers = split[split["side"] == "test"].set_index("recording")["composer"]
        held_out = sorted(composers.index)
        for recording in held_out:
            wave = next(read_segments(segment_dir, recording))
            items = plan_reconstructions(
                recording, wave, codec, pca, original, composer=composers[recording]
            )
            yield from group_into_figures(f"reconstructions/{recording}/all", items)
        pair = [held_out[0], held_out[-1]]
        waves = [next(read_segments(segment_dir, recording)) for recording in pair]
        yield from group_into_figures("interpolation/all", plan_morphs(pair, waves, prior, sizes))
        yield from one_per_figure(plan_continuation(pair[0], waves[0], prior, sizes))

    with one_blas_thread(), atomic_folder(out_dir) as folder:
        rows = map_ordered(
            partial(render_figure, folder=folder), list(sheets()), label="sound", unit="sheet"
        )
        index = pd.concat(rows, ignore_index=True)
        tables.write_table(index.sort_values("file", ignore_index=True), folder / "index.csv")


if __name__ == "__main__":
    run(generate)
