"""The map of a model that learnt one tone points to it, in words and in JSON too."""

import json
import re

import numpy as np
import pytest
import tone
from tone import BAND, RATE_HZ, TONE, TONE_S, learnt_network

from takht.inference.explanation.explanation import Explanation, explain
from takht.inference.explanation.formats import format_json, format_text
from takht.inference.features import compute_as_stored
from takht.inference.recording_classifier import RecordingClassifier


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with the model `best` and a recording of two segments, the tone in the second."""
    return tone.write(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def explained(here):
    return explain(RecordingClassifier(here / "models/best"), here / "لحن.flac", number=TONE)


def points_to_the_tone(found: Explanation) -> None:
    """Demand that band, times and cells of the tone count most, and that the check agrees."""
    assert found.composer.composer == "tone"
    assert int(found.whole_bands.argmax()) == BAND
    starts, ends = found.edges_seconds[:-1], found.edges_seconds[1:]
    overlap = np.minimum(ends, TONE_S[1]) - np.maximum(starts, TONE_S[0])
    inside, outside = found.cells[BAND, overlap > 1], found.cells[BAND, overlap < 0]
    assert inside.min() > 3 * np.abs(outside).max()
    assert np.unravel_index(found.cells.argmax(), found.cells.shape)[0] == BAND
    assert found.check.cells == round(found.cells.size / 10)
    assert found.check.strongest_drop > 3 * abs(found.check.random_drop)
    # A tenth of the cells is more than the tone's: their drop is nearly that of the whole band.
    assert found.check.strongest_drop > 0.5 * found.whole_bands[BAND]


class TestDiscriminant:
    def test_the_decisive_segment_is_that_with_the_tone(self, explained):
        assert explained.edges_seconds[[0, -1]].tolist() == [20, 38]
        assert len(explained.wave) == 18 * RATE_HZ

    def test_the_map_points_to_the_tone(self, explained):
        points_to_the_tone(explained)

    def test_log_odds_are_the_mean_of_the_spans_windows(self, here, explained):
        classifier = RecordingClassifier(here / "models/best")
        with classifier.open_recording(here / "لحن.flac") as sound:
            segment = sound.read(20 * RATE_HZ, 18 * RATE_HZ)
        windows = classifier.cut_windows(compute_as_stored(classifier.recipe, segment))
        odds = classifier.log_odds(windows, TONE)
        assert explained.log_odds == pytest.approx(odds.mean(), abs=1e-6)
        assert odds[3] > odds[0]  # the fourth window, from 26 s, hears the tone

    def test_a_span_over_two_segments_adds_up(self, here):
        classifier = RecordingClassifier(here / "models/best")
        found = explain(classifier, here / "لحن.flac", 17.0, 29.0, TONE)
        assert found.edges_seconds[[0, -1]].tolist() == [17, 29]
        assert 20.0 in found.edges_seconds
        assert found.cells.shape == (10, len(found.edges_seconds) - 1)
        assert len(found.wave) == 12 * RATE_HZ
        strongest = found.cells[BAND].argmax()
        assert found.edges_seconds[strongest] == 26  # the cell from 26 to 29 s
        before = np.abs(found.cells[:, found.edges_seconds[1:] <= 20])
        assert before.max() < 0.2 * found.cells.max()


@pytest.mark.slow  # TensorFlow
@pytest.mark.filterwarnings(
    # Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_the_map_of_a_network_points_to_the_tone(here, tmp_path):
    learnt_network().save(tmp_path)
    points_to_the_tone(explain(RecordingClassifier(tmp_path), here / "لحن.flac", number=TONE))


class TestFormats:
    def test_words_name_the_strongest_times_and_bands(self, explained):
        text = format_text(explained).replace("\u200e", "")
        assert re.search(r"لحن\.flac: \S+; explained for نغمة, probability \d\.\d\d", text)
        assert "0:20–0:38 of 0:38: log-odds of نغمة" in text
        lines = [re.split(r"  +", line.strip()) for line in text.splitlines()]
        band = next(line for line in lines if line[0] == "band")
        assert band[1] == "1200–1800 Hz"
        assert float(band[2]) == pytest.approx(explained.whole_bands[BAND], abs=0.005)
        both = next(line for line in lines if line[0] == "both")
        assert both[1].endswith(", 1200–1800 Hz")
        assert both[1][:4] in ("0:26", "0:29")

    def test_json_holds_every_cell(self, explained):
        found = json.loads(format_json(explained, {"experiment": "x"}, "e.png"))
        assert np.array(found["cells"]) == pytest.approx(explained.cells, abs=1e-4)
        assert [each["low_hz"] for each in found["bands"]][BAND] == 1200
        assert found["times"][0] == {
            "start_seconds": 20.0, "end_seconds": 23.0,
            "drop": pytest.approx(explained.times[0], abs=1e-4),
        }  # fmt: skip
        assert found["explained"]["label"] == "نغمة"
        assert len(found["recording"]["decision"]["candidates"]) == 2
        assert found["picture"] == "e.png"
