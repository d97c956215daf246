"""Recordings answered one by one, and what could not be answered with why."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from takht.inference.decoded_recording import UnusableRecording
from takht.inference.prediction import Failure, Prediction, make_prediction
from takht.inference.recording_classifier import RecordingClassifier
from takht.runtime.parallel import map_ordered


def predict_all(
    classifier: RecordingClassifier, recordings: Sequence[Path]
) -> tuple[list[Prediction], list[Failure]]:
    """Return the answers and the failures, each in the order of the recordings.

    A core works on one recording. Progress is on stderr, of a single recording by the segment.
    """
    answer_one = partial(_answer, classifier, len(recordings) == 1)
    each = map_ordered(answer_one, recordings, label="answer", threads=True)
    failures = [one for one in each if isinstance(one, Failure)]
    return [one for one in each if isinstance(one, Prediction)], failures


def _answer(classifier: RecordingClassifier, bar: bool, path: Path) -> Prediction | Failure:
    try:
        predicted = classifier.predict(path, bar=bar)
    except UnusableRecording as error:
        return Failure(str(path), str(error))
    except OSError as error:
        return Failure(str(path), error.strerror or str(error))
    return make_prediction(str(path), predicted, classifier.card, classifier.step_seconds)
