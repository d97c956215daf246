"""evaluate_generation: measure the models on held-out music, and what they made beside it."""

import json
from pathlib import Path

from takht.stage import run

from takht.classifiers import classifier
from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.dataset.windows import Features
from takht.generation.codec.clips import Clips
from takht.generation.metrics import generated_folder as generated
from takht.generation.metrics import summary as report
from takht.generation.metrics.judge import Judge
from takht.generation.pieces import load as models
from takht.runtime import atomic as outputs


def evaluate_generation(
    generated_dir: Path,
    vae_dir: Path,
    original_dir: Path,
    classifier_dir: Path,
    genspec_dir: Path,
    logspec_dir: Path,
    statistics_dir: Path,
    split_csv: Path,
    metrics_json: Path,
    reconstructions_csv: Path,
) -> None:
    split = tables.read_table(split_csv)
    codec, pca = models.load_codec(vae_dir), models.load_pca(vae_dir)
    original = models.load_original(original_dir)
    judge = Judge(classifier.load(classifier_dir), Features(statistics_dir), split)
    least = codec.block_frames
    train, held_out = (Clips(genspec_dir, split, s, least_frames=least) for s in ("train", "test"))
    windows = Clips(logspec_dir, split, "test", least_frames=512)
    index = generated.read_index(generated_dir)

    compared = generated.reconstructions(generated_dir, index)
    with one_blas_thread():
        found = report.of_models(codec, pca, original, held_out, windows)
        report.add_reconstructions(found, compared)
        report.add_samples(found, generated_dir, index, judge, train, held_out, codec.block_frames)
    with outputs.fresh_file(metrics_json) as path:
        path.write_text(json.dumps(report.rounded(found), indent=2) + "\n", encoding="utf-8")
    with outputs.fresh_file(reconstructions_csv) as path:
        tables.write_table(compared.round(4), path)


if __name__ == "__main__":
    run(evaluate_generation)
