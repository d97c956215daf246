"""Predictions and what is reported of them, on numbers small enough to check by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from synthetic import write_features

from takht.classifiers import predictions
from takht.classifiers.calibration import Confidence
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize

NAMES = ("c0", "c1", "c2")


class Told:
    """A classifier whose probabilities are given beforehand."""

    def __init__(self, probabilities, settings):
        self.card = SimpleNamespace(
            composers=NAMES, labels=("A", "B", "C"), frames=100, features=settings,
            parameters=7, mflop_per_window=0.5, training_windows=3,
            confidence=Confidence(temperature=1.0, unknown_below=0.5),
        )  # fmt: skip
        self._left = np.array(probabilities, np.float32)

    def probabilities(self, windows):
        assert windows.shape[1:] == (100, 64)
        taken, self._left = self._left[: len(windows)], self._left[len(windows) :]
        return taken


@pytest.fixture
def told(tmp_path):
    split = write_features(tmp_path / "mel", frames=200)
    source = FeatureFolder(tmp_path / "mel")
    rows = select_side(source.windows(WindowSize(frames=100, step_frames=100)), split, "test")
    assert len(rows) == 12  # 3 recordings of 2 segments of 2 windows
    certain = np.eye(3)[[0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 0]]
    certain[6] = [0.12345678, 0.43827161, 0.43827161]
    model = Told(certain, source.settings)
    return model, predictions.predict_windows(model, source, rows)


def test_a_row_a_window_with_rounded_probabilities(told):
    _, table = told
    assert list(table.columns) == [
        "recording", "segment", "start_seconds", "composer", "predicted", "p_c0", "p_c1", "p_c2",
    ]  # fmt: skip
    assert table["recording"].tolist() == [f"c{c}/r4" for c in range(3) for _ in range(4)]
    assert table["segment"].tolist() == [0, 0, 1, 1] * 3
    assert table["start_seconds"].tolist() == [0.0, 4.64, 9.29, 13.93] * 3  # 1024 at 22,050 Hz
    assert table.loc[6, ["p_c0", "p_c1", "p_c2"]].tolist() == [0.1235, 0.4383, 0.4383]
    assert table.loc[6, "predicted"] == "c1"  # the first of equal ones


def test_a_recording_is_the_mean_of_its_windows(told):
    _, table = told
    recordings = predictions.average_by_recording(table, NAMES)
    assert recordings["recording"].tolist() == ["c0/r4", "c1/r4", "c2/r4"]
    assert recordings["predicted"].tolist() == ["c0", "c1", "c2"]
    assert recordings.loc[0, "p_c0"] == pytest.approx(0.75)
    assert recordings.loc[1, ["p_c0", "p_c1", "p_c2"]].tolist() == pytest.approx(
        [0.1235 / 4, (2 + 0.4383) / 4, (1 + 0.4383) / 4]
    )


def test_order_of_rows_does_not_change_a_recording(told):
    _, table = told
    shuffled = table.sample(frac=1, random_state=1)
    expected = predictions.average_by_recording(table, NAMES)
    pd.testing.assert_frame_equal(predictions.average_by_recording(shuffled, NAMES), expected)


def test_a_recording_is_summed_up_by_the_mean_of_its_windows_in_any_order(told, monkeypatch):
    model, _ = told
    monkeypatch.setattr(predictions, "_BATCH", 5)
    names, places = np.repeat([0, 1, 2], 4), np.tile([0, 1, 2, 3], 3)
    rows = pd.DataFrame({"recording": names, "place": places}).sample(frac=1, random_state=2)
    features = SimpleNamespace(read=lambda part, frames: part.to_numpy(float) * frames)
    model.summarize = lambda read: read @ [[10.0, 1.0], [1.0, 0.0]] / 100
    found = predictions.summarize_recordings(model, features, rows)
    np.testing.assert_allclose(found, [[1.5, 0], [11.5, 1], [21.5, 2]])
