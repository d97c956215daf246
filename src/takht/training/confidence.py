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
    fold = _deal_folds(recordings, split)
    closeness, probabilities = _judge_held_out(model, features, known, summaries, actual, fold)
    judged = np.isfinite(closeness)
    closeness, probabilities = closeness[judged], probabilities[judged]
    space = fit_space(summaries, actual)
    if isinstance(model, DiscriminantClassifier):
        temperature = calibration.fit_temperature(probabilities, actual[judged])
        familiarity = fit_familiarity(space, closeness, probabilities)
    else:
        table = predictions.predict_windows(model, features, validation)
        heard = predictions.average_by_recording(table, composers)
        temperature = calibration.fit_temperature(
            predictions.probability_matrix(heard, composers),
            predictions.encode_composers(heard["composer"], composers),
        )
        familiarity = fit_familiarity(space, closeness, None)
    scores = familiarity.combine(closeness, probabilities)
    confidence = Confidence(
        temperature=temperature, unknown_below=calibration.fit_threshold(scores)
    )
    return model.with_confidence(confidence, familiarity)


def _judge_held_out(
    model: Classifier,
    features: FeatureFolder,
    known: pd.DataFrame,
    summaries: Matrix,
    actual: Numbers,
    fold: Numbers,
) -> tuple[Matrix, Matrix]:
    """Return what the other folds say of recordings: closeness (recordings,) and probabilities.

    Probabilities, shape (recordings, composers), are of discriminants; a network's are NaN. So is
    all that is said of a composer's only recordings. `known` names the windows by recording.
    """
    closeness = np.full(len(actual), np.nan)
    probabilities = np.full((len(actual), len(model.card.composers)), np.nan)
    discriminant = isinstance(model, DiscriminantClassifier)
    if discriminant:
        recipe = load_by_name("discriminants", model.card.experiment["model"])
        windows = model.summarize(features.read(known, 1)).astype(np.float64)
        owner = pd.factorize(known["recording"])[0]  # a recording's windows stand together
        places = np.split(np.arange(len(owner)), np.flatnonzero(np.diff(owner)) + 1)
    for number in np.unique(fold):
        kept = fold != number
        present = np.unique(actual[kept])
        tested = np.flatnonzero(~kept & np.isin(actual, present))
        if not len(tested):  # the only recordings of their composer
            continue
        numbers = np.searchsorted(present, actual)
        closeness[tested] = fit_space(summaries[kept], numbers[kept]).closeness(summaries[tested])
        if discriminant:
            learnt = kept[owner]
            fitted = recipe.fit_discriminant(windows[learnt], numbers[owner[learnt]])
            probabilities[tested] = 0
            for recording in tested:  # a slice, in another memory order, would round differently
                means = fitted.probabilities(windows[places[recording]]).mean(axis=0)
                probabilities[recording, present] = means
    return closeness, probabilities


def _deal_folds(recordings: "pd.Series[str]", split: pd.DataFrame) -> Numbers:
    """Return the fold of each recording, from 0, shape (recordings,).

    `recordings` maps a recording's name to its composer. Groups stay whole, and those of one
    composer are in as many folds as they can be.
    """
    group = recordings.index.to_series()
    if "group" in split:
        group = group.map(split.set_index("recording")["group"])
    order = pd.DataFrame({"composer": recordings, "group": group}).groupby("group")["composer"]
    ranked = order.first().reset_index().sort_values(["composer", "group"])["group"]
    place = {name: number % _FOLDS for number, name in enumerate(ranked)}
    return np.array([place[name] for name in group], np.int64)
