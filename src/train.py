"""train: fit one experiment's classifier to training windows, watched by validation windows."""

from pathlib import Path

from takht.stage import run

from takht.cache.checkpoint import Checkpoint
from takht.core import model_files, tables
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.preparation.settings import NormalizeSettings, SegmentSettings
from takht.runtime.atomic import atomic_file, atomic_folder
from takht.training import training_set
from takht.training.confidence import fit_confidence
from takht.training.experiments import Experiment, Training
from takht.training.fit import fit_classifier


def train(
    experiment: Experiment,
    windows: WindowSize,
    training: Training,
    normalize: NormalizeSettings,
    segment: SegmentSettings,
    feature_dir: Path,
    split_csv: Path,
    model_dir: Path,
    curve_csv: Path,
) -> None:
    features = FeatureFolder(feature_dir)
    split = tables.read_table(split_csv)
    labels = dict(sorted(zip(split["composer"], split["label"], strict=True)))
    every = features.windows(windows)
    validation = select_side(every, split, "validation")
    rows = select_side(every, split, "train")
    chosen = training_set.choose_windows(rows, experiment, training, features)

    checkpoint = Checkpoint("train")
    model, curve = fit_classifier(
        experiment, windows, training, features, chosen, validation, labels, checkpoint
    )
    model = fit_confidence(model, features, rows, validation, split)
    with atomic_folder(model_dir) as folder:
        model.save(folder)
        # What `takht predict` does to a recording before the model hears it.
        prepared = {"normalize": normalize.model_dump(), "segment": segment.model_dump()}
        model_files.write_card(model.card.model_copy(update={"preparation": prepared}), folder)
    with atomic_file(curve_csv) as path:
        tables.write_table(curve, path)
    checkpoint.remove()


if __name__ == "__main__":
    run(train)
