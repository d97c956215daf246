"""What evaluate reports, on numbers small enough to check by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from takht.classifiers.calibration import Confidence
from takht.core.randomness import rng_for
from takht.evaluation.summary import count_confusions, score_by_composer, summarize_scores

CARD = SimpleNamespace(
    composers=("c0", "c1", "c2", "c3"),
    labels=("A", "B", "C", "D"),
    parameters=7,
    mflop_per_window=0.5,
    training_windows=3,
    confidence=Confidence(temperature=2.0, unknown_below=0.5),
)
ACTUAL, PREDICTED = [0, 1, 2, 1, 0], [0, 1, 0, 3, 0]  # the third composer is third at best
# Each row: what is said of c0 … c3; the highest is PREDICTED, of c2 the lowest is right.
SAID = np.array(
    [
        [0.64, 0.12, 0.12, 0.12],
        [0.25, 0.49, 0.16, 0.10],
        [0.40, 0.30, 0.10, 0.20],
        [0.16, 0.25, 0.10, 0.49],
        [0.97, 0.01, 0.01, 0.01],
    ]
)
WINDOWS = pd.DataFrame({"composer": ["c0"] * 8, "predicted": ["c0"] * 3 + ["c1"] * 5})


def recordings(predicted: list[int] = PREDICTED) -> pd.DataFrame:
    names = [f"c{composer}/r{place}" for place, composer in enumerate(ACTUAL)]
    table = pd.DataFrame({"recording": names, "composer": [name[:2] for name in names]})
    table["predicted"] = [f"c{number}" for number in predicted]
    return table.join(pd.DataFrame(SAID, columns=[f"p_{name}" for name in CARD.composers]))


def summarized(table: pd.DataFrame, familiarity: list[float]) -> dict[str, float | int]:
    return summarize_scores(WINDOWS, table, np.array(familiarity), CARD, resamples=200, seed=3)


def test_every_number_of_the_summary_by_hand():
    found = summarized(recordings(), [0.4, 0.5, 0.9, 0.1, 0.6])
    right = np.array(ACTUAL) == PREDICTED
    softened = np.sqrt(SAID) / np.sqrt(SAID).sum(axis=1, keepdims=True)
    f1 = []
    for places in rng_for(3, "bootstrap").integers(5, size=(200, 5)):
        actual, predicted = np.array(ACTUAL)[places], np.array(PREDICTED)[places]
        labels = np.unique(actual)
        f1.append(f1_score(actual, predicted, labels=labels, average="macro", zero_division=0))
    expected = {
        "accuracy_windows": 3 / 8,
        "accuracy_recordings": 3 / 5,
        "accuracy_recordings_low": 0.1466328,  # R: binom.test(3, 5)
        "accuracy_recordings_high": 0.9472550,
        "macro_f1_recordings": (2 * 2 / 5 + 2 * 1 / 3 + 0) / 3,
        "macro_f1_recordings_low": np.quantile(f1, 0.025),
        "macro_f1_recordings_high": np.quantile(f1, 0.975),
        "top3_accuracy_recordings": 4 / 5,
        # In bins of .1: .64 alone, .49 + .40 + .49 of which one is right, .97 alone.
        "ece_uncalibrated": (0.36 + 0.38 + 0.03) / 5,
        "ece": ece_of(softened.max(axis=1), right),
        "temperature": 2.0,
        "unknown_below": 0.5,
        "known_accept_rate": 3 / 5,
        "n_recordings": 5,
        "n_windows": 8,
        "n_composers": 3,
        "training_windows": 3,
        "parameters": 7,
        "mflop_per_window": 0.5,
    }
    assert found == pytest.approx(expected, abs=1e-6)


def ece_of(confidence: np.ndarray, right: np.ndarray) -> float:
    gaps: dict[int, float] = {}
    for sure, hit in zip(confidence, right, strict=True):
        gaps[int(sure * 10)] = gaps.get(int(sure * 10), 0.0) + sure - hit
    return sum(map(abs, gaps.values())) / len(right)


def test_all_right_is_no_certainty():
    found = summarized(recordings(ACTUAL), [1.0] * 5)
    for score in ("accuracy_recordings", "macro_f1_recordings"):
        assert found[score] == found[f"{score}_high"] == 1
        assert found[f"{score}_low"] == pytest.approx(0.025 ** (1 / 5))  # of 5 in 5


def test_composers_and_confusions_go_by_their_labels():
    assert score_by_composer(recordings(), CARD).to_dict("list") == {
        "composer": ["A", "B", "C"],
        "precision": [2 / 3, 1.0, 0.0],
        "recall": [1.0, 0.5, 0.0],
        "n_recordings": [2, 2, 1],
    }
    assert count_confusions(recordings(), CARD).to_numpy().tolist() == [
        ["c0/r0", "A", "A"], ["c1/r1", "B", "B"], ["c2/r2", "C", "A"],
        ["c1/r3", "B", "D"], ["c0/r4", "A", "A"],
    ]  # fmt: skip
