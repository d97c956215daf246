"""From a trained classifier to one that knows how sure it may be, and when to name nobody.

What a model says of recordings that it was trained on is worth little. A discriminant trains in a
moment: it is fitted again without each tenth of the recordings, which then judges that tenth. A
network's probabilities come from the validation recordings, too few for a threshold: its
familiarity is the closeness of features alone, which needs no network and is fitted without each
tenth as well.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.classifiers import calibration, predictions
from takht.classifiers.calibration import Confidence
from takht.classifiers.classifier import Classifier
from takht.classifiers.discriminant_classifier import DiscriminantClassifier
from takht.classifiers.familiarity import fit_familiarity, fit_space
from takht.dataset.windows import FeatureFolder
from takht.runtime.by_name import load_by_name

_FOLDS = 10

Numbers = NDArray[np.int64]
Matrix = NDArray[np.float64]


def fit_confidence(
    model: Classifier,
    features: FeatureFolder,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    split: pd.DataFrame,
) -> Classifier:
    """Return the classifier with temperature, familiarity and threshold.

    `rows` and `validation` name all training and validation windows with their composer, those too
    that the caps of "even" kept from training; `split` says by `group` which recordings stay
    together, if it has that column.
    """
    composers = list(model.card.composers)
    known = pd.concat([rows[rows["copy"] == 0], validation]).sort_values(
        ["recording", "first_frame"], ignore_index=True
    )
    recordings = known.groupby("recording", sort=True)["composer"].first()
    actual = predictions.encode_composers(recordings, composers)
    summaries = predictions.summarize_recordings(model, features, known)
    closeness = np.full(len(actual), np.nan)
    probabilities = np.full((len(actual), len(composers)), np.nan)
    discriminant = isinstance(model, DiscriminantClassifier)
    if discriminant:
        recipe = load_by_name("discriminants", model.card.experiment["model"])
        windows = model.summarize(features.read(known, 1)).astype(np.float64)
        owner = np.searchsorted(recordings.index, known["recording"])
    fold = _deal_folds(recordings, split)
    for number in np.unique(fold):
        kept = fold != number
        present = np.unique(actual[kept])
        tested = ~kept & np.isin(actual, present)
        if not tested.any():  # the only recordings of their composer
            continue
        numbers = np.searchsorted(present, actual)
        space = fit_space(summaries[kept], numbers[kept])
        closeness[tested] = space.closeness(summaries[tested])
        if discriminant:
            learnt = kept[owner]
            fitted = recipe.fit_discriminant(windows[learnt], numbers[owner[learnt]])
            for place in np.flatnonzero(tested):
                means = fitted.probabilities(windows[owner == place]).mean(axis=0)
                probabilities[place] = 0
                probabilities[place, present] = means
    judged = np.isfinite(closeness)
    space = fit_space(summaries, actual)
    if discriminant:
        said = probabilities[judged]
        temperature = calibration.fit_temperature(said, actual[judged])
        familiarity = fit_familiarity(space, closeness[judged], said)
    else:
        table = predictions.predict_windows(model, features, validation)
        heard = predictions.average_by_recording(table, composers)
        temperature = calibration.fit_temperature(
            predictions.probability_matrix(heard, composers),
            predictions.encode_composers(heard["composer"], composers),
        )
        familiarity = fit_familiarity(space, closeness[judged], None)
    scores = familiarity.combine(closeness[judged], probabilities[judged])
    confidence = Confidence(
        temperature=temperature, unknown_below=calibration.fit_threshold(scores)
    )
    return model.with_confidence(confidence, familiarity)


def _deal_folds(recordings: "pd.Series[str]", split: pd.DataFrame) -> Numbers:
    """Return each recording's fold, shape (recordings,), from its name to its composer.

    Groups stay whole, and those of one composer are in as many folds as they can be.
    """
    group = recordings.index.to_series()
    if "group" in split:
        group = group.map(split.set_index("recording")["group"])
    order = pd.DataFrame({"composer": recordings, "group": group}).groupby("group")["composer"]
    ranked = order.first().reset_index().sort_values(["composer", "group"])["group"]
    place = {name: number % _FOLDS for number, name in enumerate(ranked)}
    return np.array([place[name] for name in group], np.int64)
