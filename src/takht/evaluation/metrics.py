"""How well predicted composers match the actual ones, and how sure that is.

Composers are numbered from 0; `actual` and `predicted`, shape (n,), hold a number for each
recording (or window). All scores are in [0, 1].
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    precision_recall_fscore_support,
    roc_auc_score,
)

Composers = NDArray[np.int64]

KNOWN_PERCENTS = (80, 90, 95)  # of known recordings that are named
FEWEST_TESTED = 10  # of 9 that are all right, the interval begins at .66


def accuracy(actual: Composers, predicted: Composers) -> float:
    """Return the share of right predictions."""
    return float(accuracy_score(actual, predicted))


def macro_f1(actual: Composers, predicted: Composers) -> float:
    """Return the mean over the composers in `actual` of F1; 0 for one that is never predicted."""
    present = np.unique(actual)
    return float(f1_score(actual, predicted, labels=present, average="macro", zero_division=0))


def top_accuracy(actual: Composers, probabilities: NDArray[np.float64], count: int) -> float:
    """Return the share whose composer is among the `count` most probable of (n, composers).

    A composer as probable as others is among them only where all of these are.
    """
    own = np.take_along_axis(probabilities, actual[:, None], axis=1)
    return float(((probabilities >= own).sum(axis=1) <= count).mean())


def precision_and_recall(
    actual: Composers, predicted: Composers, composer: int
) -> dict[str, float | int]:
    """Return one composer's precision (0 where never predicted), recall and recordings."""
    own, called = actual == composer, predicted == composer
    precision, recall, _, _ = precision_recall_fscore_support(
        own, called, average="binary", zero_division=0
    )
    return {
        "precision": float(precision),
        "recall": float(recall),
        "n_recordings": int(own.sum()),
    }


def draw_resamples(n: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return `count` bootstrap resamples of n recordings as places, shape (count, n).

    Recordings are drawn with replacement whoever composed them. Drawing within each composer would
    claim too much: one with a single test recording would never vary.
    """
    return rng.integers(n, size=(count, n))


def bootstrap_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the percentile interval that holds 95 % of resampled scores, shape (count,).

    Efron 1979.
    """
    low, high = np.quantile(values, [(1 - 0.95) / 2, (1 + 0.95) / 2])  # .025 is another number
    return float(low), float(high)


def exact_interval(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, `right` of n.

    Clopper & Pearson 1934. Where all are right, a bootstrap has nothing to vary: 4 of 4 would be
    [1, 1], and are [.398, 1].
    """
    found = binomtest(right, n).proportion_ci(0.95, method="exact")
    return float(found.low), float(found.high)


def share_below(known: NDArray[np.float64], unknown: NDArray[np.float64], percent: int) -> float:
    """Return the share of `unknown` scores below the threshold that keeps `percent` of `known`."""
    threshold = np.sort(known)[(len(known) - 1) * (100 - percent) // 100]
    return float((np.asarray(unknown) < threshold).mean())


def too_few_tested(n: int) -> str:
    """Return what to say of scores of fewer than FEWEST_TESTED recordings."""
    low, _ = exact_interval(n, n)
    return (
        f"{n} test recordings are too few to say anything: with all of them right, the share "
        f"of right answers could still be {low:.2f}; add recordings, or read the cross-validation"
    )


def bootstrap_accuracy(
    actual: Composers, predicted: Composers, places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the accuracy of every resample, shape (count,).

    `places` has shape (count, n), as `draw_resamples` returns it.
    """
    return np.asarray((actual == predicted)[places].mean(axis=1))


def bootstrap_macro_f1(
    actual: Composers, predicted: Composers, places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the macro F1 of every resample, shape (count,): the mean over its own composers."""
    a, p = actual[places], predicted[places]  # (count, n)
    total, present = np.zeros(len(places)), np.zeros(len(places))
    for composer in np.unique(actual):
        own, called = a == composer, p == composer
        either = own.sum(axis=1) + called.sum(axis=1)
        total += own.any(axis=1) * 2 * (own & called).sum(axis=1) / np.maximum(either, 1)
        present += own.any(axis=1)
    return total / present


def tell_apart(known: pd.DataFrame, unknown: pd.DataFrame) -> dict[str, float]:
    """Return how well familiarity tells recordings of unknown composers from those of known ones.

    Columns: score, the familiarity, and named, which tells whether a composer is named.
    """
    truth = np.r_[np.ones(len(known)), np.zeros(len(unknown))]
    return {
        "open_set_auroc": float(roc_auc_score(truth, np.r_[known["score"], unknown["score"]])),
        **{
            f"unknown_identified_at_{percent}": share_below(
                known["score"], unknown["score"], percent
            )
            for percent in KNOWN_PERCENTS
        },
        "unknown_identified": float(1 - unknown["named"].mean()),
        "known_accept_rate": float(known["named"].mean()),
        "n_known_recordings": len(known),
        "n_unknown_recordings": len(unknown),
    }
