"""Gather what results there are, whatever has been run, for the report's page."""

from pathlib import Path
from typing import Any

from takht.core import tables
from takht.report.results import (
    corpus_overview,
    dvc_experiments,
    experiment_files,
    generated_choice,
    locks,
    provenance,
)
from takht.report.results.json_files import read_json
from takht.runtime.yaml_files import read_yaml


def gather_results(
    params_yaml: Path,
    main_lock: Path,
    checks_lock: Path,
    generation_lock: Path,
    catalogue_csv: Path,
    rejected_csv: Path,
    near_duplicates_csv: Path,
    split_csv: Path,
    metrics_dir: Path,
    predictions_dir: Path,
    confusion_dir: Path,
    curve_dir: Path,
    model_dir: Path,
    generated_dir: Path,
    generation_json: Path,
) -> dict[str, Any]:
    """Return all that the page shows, by part; a part that was not run is None or empty."""
    params = read_yaml(params_yaml)
    lock_files = [main_lock, checks_lock, generation_lock]
    stages = locks.read_locks(lock_files)
    records = locks.Records(stages, params)
    catalogue = tables.read_table(catalogue_csv, {"seconds": "float64"})
    labels = dict(zip(catalogue["composer"], catalogue["label"], strict=True))
    split = tables.read_table(split_csv)
    corpus = corpus_overview.summarize_corpus(
        catalogue,
        split,
        tables.read_table(rejected_csv),
        tables.read_table(
            near_duplicates_csv, dict.fromkeys(corpus_overview.DUPLICATE_NUMBERS, "float64")
        ),
    )
    experiments, outdated = experiment_files.read_experiments(
        experiment_files.Folders(metrics_dir, predictions_dir, confusion_dir, curve_dir, model_dir),
        records,
        labels,
    )
    generation, sounds, index = None, [], generated_dir / "index.csv"
    if generation_json.exists() and not records.outdated(generation_json):
        generation = read_json(generation_json)
    if index.exists() and not records.outdated(generated_dir):
        rows = tables.read_table(index, {"seconds": "float64"})
        sounds = generated_choice.choose_sounds(rows, generated_dir)
    return {
        "corpus": corpus | {"root": provenance.show_path(params["corpus"]["root"])},
        "scale": params["scale"],
        "steps": provenance.count_training_steps(params),
        "labels": labels,
        "training_recordings": corpus_overview.choose_examples(split),
        "experiments": experiments,
        "outdated": outdated,
        "dvc_experiments": dvc_experiments.list_experiments(params_yaml, metrics_dir),
        "generation": generation,
        "sounds": sounds,
        "commit": provenance.read_commit(lock_files),
        "stages": provenance.list_stages(stages, params),
        "libraries": provenance.list_libraries(each["card"] for each in experiments),
    }
