"""Recordings answered one by one, and what could not be answered with why."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from takht.inference.decoded_recording import Unheard
from takht.inference.prediction import Answer, Failure, answer
from takht.inference.recording_classifier import Listener
from takht.runtime import parallel as jobs


def answered(listener: Listener, recordings: Sequence[Path]) -> tuple[list[Answer], list[Failure]]:
    """Return the answers and the failures, each in the order of the recordings.

    A core works on one recording. Progress is on stderr, of a single recording by the segment.
    """
    answer_one = partial(_answer, listener, len(recordings) == 1)
    each = jobs.each(answer_one, recordings, label="answer", threads=True)
    failures = [one for one in each if isinstance(one, Failure)]
    return [one for one in each if isinstance(one, Answer)], failures


def _answer(listener: Listener, bar: bool, path: Path) -> Answer | Failure:
    try:
        heard = listener.hear(path, bar=bar)
    except Unheard as error:
        return Failure(str(path), str(error))
    except OSError as error:
        return Failure(str(path), error.strerror or str(error))
    return answer(str(path), heard, listener.card, listener.step_seconds)
