"""train: fit one experiment's classifier to training windows, watched by validation windows."""

from pathlib import Path

from takht.stage import run

from takht.classifiers import model_card
from takht.core import tables
from takht.dataset import window_selection as selection
from takht.dataset.windows import Features, Windows
from takht.preparation.settings import Normalize, Segment
from takht.runtime import atomic as outputs
from takht.training import fit as fitting
from takht.training import training_set
from takht.training.experiments import Experiment, Training


def train(
    experiment: Experiment,
    windows: Windows,
    training: Training,
    normalize: Normalize,
    segment: Segment,
    feature_dir: Path,
    split_csv: Path,
    model_dir: Path,
    curve_csv: Path,
) -> None:
    features = Features(feature_dir)
    split = tables.read_table(split_csv)
    labels = dict(sorted(zip(split["composer"], split["label"], strict=True)))
    every = features.windows(windows)
    validation = selection.of_side(every, split, "validation")
    rows = selection.of_side(every, split, "train")
    rows = training_set.chosen(rows, experiment, training, features)

    model, curve = fitting.fit(experiment, windows, training, features, rows, validation, labels)
    with outputs.fresh_folder(model_dir) as folder:
        model.save(folder)
        # What `takht predict` does to a recording before the model hears it.
        prepared = {"normalize": normalize.model_dump(), "segment": segment.model_dump()}
        model_card.write(model.card.model_copy(update={"preparation": prepared}), folder)
    with outputs.fresh_file(curve_csv) as path:
        tables.write_table(curve, path)


if __name__ == "__main__":
    run(train)
