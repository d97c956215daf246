"""Answers as a table for people, as CSV and as JSON."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from takht.classifiers.model_card import ModelCard
from takht.core.tables import mark_formulas
from takht.inference.prediction import Candidate, Decision, Failure, Prediction, TimelineSpan
from takht.text import names
from takht.text.clock import format_clock
from takht.text.columns import clean_cell, display_width, pad

LONG_SECONDS = 180.0  # the table shows the timeline of what is longer
_PLACES = 3


def format_table(predictions: Sequence[Prediction], timeline: bool | None) -> str:
    """Return a line a recording: composer, the three most probable, file.

    With the timeline below it, where `timeline` or, if that is None, the length says so.
    """
    rows = [("composer", "most probable", "recording")]
    rows += [
        (clean_cell(a.decision.label), _guesses(a.decision), names.escape(a.file))
        for a in predictions
    ]
    widths = [max(display_width(row[column]) for row in rows) for column in range(2)]
    lines = []
    for row, prediction in zip(rows, [None, *predictions], strict=True):
        cells = [pad(text, width) for text, width in zip(row[:2], widths, strict=True)]
        lines.append("  ".join([*cells, row[2]]))
        if prediction and (prediction.seconds > LONG_SECONDS if timeline is None else timeline):
            lines += map(_span, prediction.timeline)
    return "\n".join(lines)


def describe_knowledge(name: str, card: ModelCard) -> str:
    """Return on one line what a model knows, and on how many recordings it learnt."""
    learnt = card.training_recordings
    recordings = f"from {learnt} recordings" if learnt else "from recordings that it did not count"
    return (
        f"{names.escape(name)} knows {len(card.composers)} composers, learnt {recordings}; "
        "what sounds like none of them is unknown"
    )


def format_csv(
    predictions: Sequence[Prediction], failures: Sequence[Failure], timeline: bool
) -> str:
    """Return a row per recording or span; a file that failed has a row with its `error`.

    An apostrophe stands before what a spreadsheet would run (`tables.mark_formulas`).
    """
    head = ["file", "start_seconds", "end_seconds"] if timeline else ["file", "seconds"]
    places = range(1, _PLACES + 1)
    guessed = [f"{kind}_{n}" for n in places for kind in ("composer", "label", "probability")]
    head += ["decision", *guessed, "error"]
    rows: list[dict[str, Any]] = []
    for prediction in predictions:
        parts = [({"seconds": prediction.seconds}, prediction.decision)]
        if timeline:
            parts = [
                (
                    {"start_seconds": span.start_seconds, "end_seconds": span.end_seconds},
                    span.decision,
                )
                for span in prediction.timeline
            ]
        rows += [
            {"file": prediction.file, **times, **_columns(decision)} for times, decision in parts
        ]
    rows += [{"file": failure.file, "error": failure.reason} for failure in failures]
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue().removesuffix("\n")


def format_json(
    predictions: Sequence[Prediction], failures: Sequence[Failure], model: dict[str, Any]
) -> str:
    """Return an object: the model, every recording with its timeline, every failure."""
    found = {
        "model": model,
        "recordings": [asdict(prediction) for prediction in predictions],
        "failures": [asdict(failure) for failure in failures],
    }
    return make_encodable(json.dumps(found, ensure_ascii=False, indent=2))


def _safe(value: Any) -> Any:
    """Return text that a spreadsheet runs nothing of, and that is UTF-8 whatever a file's name."""
    return mark_formulas(make_encodable(value)) if isinstance(value, str) else value


def make_encodable(text: str) -> str:
    """Return the text with what UTF-8 cannot encode, as in a file's name, escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _columns(decision: Decision) -> dict[str, Any]:
    columns: dict[str, Any] = {"decision": decision.label}
    for place, guess in enumerate(decision.candidates, 1):
        columns |= {f"{kind}_{place}": value for kind, value in asdict(guess).items()}
    return columns


def _span(span: TimelineSpan) -> str:
    times = f"{format_clock(span.start_seconds)}–{format_clock(span.end_seconds)}"
    return f"    {times:>17}  {pad(clean_cell(span.decision.label), 16)}  {_guesses(span.decision)}"


def _guesses(decision: Decision) -> str:
    guesses = ", ".join(map(_guess, decision.candidates))
    return guesses if decision.composer else f"(nearest: {guesses})"


def _guess(guess: Candidate) -> str:
    return f"{clean_cell(guess.label)} {guess.probability:.2f}"
