"""An experiment tried on recordings of one's choice, in fewer steps than its own run."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.model_selection import StratifiedGroupKFold

from takht.classifiers import predictions
from takht.classifiers.classifier import Classifier
from takht.dataset.window_selection import select_windows
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError
from takht.runtime.params import Section, Seed
from takht.training import training_set
from takht.training.confidence import fit_confidence
from takht.training.experiments import Experiment, Training
from takht.training.fit import fit_classifier

_WATCHED = 10  # one training window in ten tells a network when to stop


def make_folds(split: pd.DataFrame, count: int, seed: int) -> Iterator[pd.DataFrame]:
    """Yield the split `count` times with new sides, train and test, so that all are tested once.

    Groups stay whole; composers are spread over the folds as evenly as they allow. Seeds from
    2**32 on begin at 0 again.

    Raises:
        TakhtError: there are not enough recordings or groups for so many folds.
    """
    most = min(split["composer"].value_counts().max(), split["group"].nunique())
    folds = []
    if count <= most:
        dealer = StratifiedGroupKFold(count, shuffle=True, random_state=seed % 2**32)
        dealt = dealer.split(split, split["composer"], split["group"])
        folds = [tested for _, tested in dealt if len(tested)]
    if len(folds) < count:
        raise TakhtError(
            f"params.yaml: crossval.folds: {count} are too many for these recordings; lower it or "
            "add recordings of other works"
        )
    for tested in folds:
        side = np.full(len(split), "train", dtype=object)
        side[tested] = "test"
        yield split.assign(side=side)


def cap_steps(training: Training, max_steps: int) -> Training:
    """Return the training with at most `max_steps`; a discriminant takes none."""
    return training.model_copy(update={"max_steps": min(training.max_steps, max_steps)})


def train_fold(
    experiment: Experiment,
    shape: WindowSize,
    training: Training,
    features: FeatureFolder,
    split: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    confident: bool = False,
) -> Classifier:
    """Return the classifier that the split's training recordings give.

    No recording is put aside for validation. A network keeps the weights with the lowest loss on
    some of its own training windows, which no test recording has a part in. If `confident`,
    temperature, familiarity and threshold are fitted, with the help of the validation recordings.
    """
    rows = select_windows(windows, split[split["side"] == "train"])
    chosen = training_set.choose_windows(rows, experiment, training, features)
    labels = {name: name for name in sorted(set(rows["composer"]))}
    watched = chosen.iloc[::_WATCHED]
    model, _ = fit_classifier(experiment, shape, training, features, chosen, watched, labels)
    if confident:
        originals = windows[windows["copy"] == 0]
        validation = select_windows(originals, split[split["side"] == "validation"])
        model = fit_confidence(model, features, rows, validation, split)
    return model


def score_fold(
    model: Classifier, features: FeatureFolder, split: pd.DataFrame, windows: pd.DataFrame
) -> pd.DataFrame:
    """Return the predictions of the split's test recordings, a row a recording.

    Columns: recording, composer, predicted, p_<composer> of each composer the model knows;
    windows_right, the share of the recording's windows that are right; windows, their number; and
    familiarity, from 0 to 1.
    """
    rows = select_windows(windows[windows["copy"] == 0], split[split["side"] == "test"])
    table = predictions.predict_windows(model, features, rows)
    recordings = predictions.average_by_recording(table, model.card.composers)
    right = (table["composer"] == table["predicted"]).groupby(table["recording"]).mean()
    count = table.groupby("recording").size()
    return recordings.assign(
        windows_right=recordings["recording"].map(right),
        windows=recordings["recording"].map(count),
        familiarity=predictions.measure_familiarity(model, features, rows, recordings),
    )


class Crossval(Section):
    """How the cross-validation deals its folds."""

    at: ClassVar[str] = "crossval"
    folds: int = Field(ge=2, le=20, description="each repeat tests every recording once")
    repeats: int = Field(ge=1, le=100, description="fresh partitions")
    network_repeats: int = Field(ge=1, le=100, description="the same for networks, which cost more")
    max_steps: int = Field(ge=1, description="of a network's run in a fold")
    seed: Seed


class SanityChecks(Section):
    """What a classifier must not be able to do, and what it should."""

    at: ClassVar[str] = "sanity_checks"
    max_steps: int = Field(ge=1, description="of a network's run")
    unknown_composers: int = Field(ge=1, le=100, description="left out of training, then met")
    seed: Seed
