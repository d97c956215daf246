"""generate: sound samples, reconstructions of held-out music, a morph and a long piece."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from takht.stage import run

import pandas as pd

from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.generation.codec.clips import Clips
from takht.generation.pieces import load as models
from takht.generation.pieces import plan as repertoire
from takht.generation.pieces.plan import Repertoire, Sheet
from takht.generation.pieces.render import sound_sheet
from takht.preparation import segment_folder as segments
from takht.runtime import atomic as outputs
from takht.runtime import parallel as jobs


def generate(
    sizes: Repertoire,
    vae_dir: Path,
    prior_dir: Path,
    original_dir: Path,
    genspec_dir: Path,
    segment_dir: Path,
    split_csv: Path,
    out_dir: Path,
) -> None:
    split = tables.read_table(split_csv)
    codec, pca = models.load_codec(vae_dir), models.load_pca(vae_dir)
    prior, original = models.load_prior(prior_dir), models.load_original(original_dir)
    clips = Clips(genspec_dir, split, "train", least_frames=codec.block_frames)

    def sheets() -> Iterator[Sheet]:
        yield from repertoire.alone(repertoire.drawn(codec, prior, sizes))
        pca_items = repertoire.independent(pca, clips, sizes)
        yield from repertoire.together("yardsticks/pca", pca_items)
        original_items = repertoire.from_the_originals_prior(original, sizes)
        yield from repertoire.together("yardsticks/original", original_items)
        held_out = sorted(split["recording"][split["side"] == "test"])
        for recording in held_out:
            wave = next(segments.read(segment_dir, recording))
            items = repertoire.reconstructions(recording, wave, codec, pca, original)
            yield from repertoire.together(f"reconstructions/{recording}/all", items)
        pair = [held_out[0], held_out[-1]]
        waves = [next(segments.read(segment_dir, recording)) for recording in pair]
        yield from repertoire.together("interpolation/all", repertoire.morphs(pair, waves, codec))

    with one_blas_thread(), outputs.fresh_folder(out_dir) as folder:
        rows = jobs.each(
            partial(sound_sheet, folder=folder), list(sheets()), label="sound", unit="sheet"
        )
        index = pd.concat(rows, ignore_index=True)
        tables.write_table(index.sort_values("file", ignore_index=True), folder / "index.csv")


if __name__ == "__main__":
    run(generate)
