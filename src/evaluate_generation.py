"""evaluate_generation: measure the models on held-out music, and what they made beside it."""

import json
from functools import partial
from pathlib import Path

from takht.stage import run

from takht.classifiers import classifier
from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.corpus.identity import identify_corpus
from takht.dataset.windows import FeatureFolder
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec_folder import load_codec, load_pca
from takht.generation.metrics.excerpts import read_excerpts
from takht.generation.metrics.generated_folder import compare_reconstructions, read_index
from takht.generation.metrics.judge import Judge
from takht.generation.metrics.summary import (
    add_reconstructions,
    add_samples,
    measure_models,
    round_report,
)
from takht.generation.pieces.load import load_study_vae
from takht.generation.study_vae.card import WINDOW_FRAMES
from takht.runtime.atomic import atomic_file


def evaluate_generation(
    generated_dir: Path,
    codec_dir: Path,
    study_vae_dir: Path,
    classifier_dir: Path,
    generation_spectrogram_dir: Path,
    study_spectrogram_dir: Path,
    statistics_dir: Path,
    segment_dir: Path,
    split_csv: Path,
    metrics_json: Path,
    reconstructions_csv: Path,
) -> None:
    split = tables.read_table(split_csv)
    codec, pca = load_codec(codec_dir), load_pca(codec_dir)
    original = load_study_vae(study_vae_dir)
    judge = Judge(classifier.load_classifier(classifier_dir), FeatureFolder(statistics_dir), split)
    blocks = codec.block_frames
    train, held_out = (
        Clips(generation_spectrogram_dir, split, s, least_frames=blocks) for s in ("train", "test")
    )
    windows = Clips(study_spectrogram_dir, split, "test", least_frames=WINDOW_FRAMES)
    index = read_index(generated_dir)

    compared = compare_reconstructions(generated_dir, index)
    with one_blas_thread():
        found = measure_models(codec, pca, original, held_out, windows)
        add_reconstructions(found, compared)
        read = partial(read_excerpts, segment_dir, split)
        add_samples(found, generated_dir, index, judge, train, held_out, read, blocks)
    corpus = identify_corpus(split)
    with atomic_file(metrics_json) as path:
        path.write_text(
            json.dumps({**round_report(found), "corpus": corpus}, indent=2) + "\n", encoding="utf-8"
        )
    with atomic_file(reconstructions_csv) as path:
        tables.write_plot(compared.round(4), path)


if __name__ == "__main__":
    run(evaluate_generation)
