"""A comparison as Markdown for a pull request.

What is actual and what is predicted stand in columns of their own: an arrow between two Arabic
labels would be drawn the other way round.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from takht.report.comparison.differences import (
    FEWEST_CHANGED,
    SCORES,
    Change,
    Comparison,
    Difference,
)
from takht.text.names import escape

_VERDICTS = {"better": "**better**", "worse": "**worse**"}  # the others as they are


def format_markdown(comparison: Comparison) -> str:
    """Return the comparison as GitHub-flavoured Markdown, without a line end at the end."""
    before, after = comparison.before, comparison.after
    shas = [_sha(comparison.before_commit), _sha(comparison.after_commit)]
    revision = ""
    if comparison.revision:
        revision = f", experiments of {format_code(comparison.revision)}{shas[1]}"
        shas = ["", ""]
    parts = [
        f"## {format_code(before)}{shas[0]} → {format_code(after)}{shas[1]}{revision}",
        *_scores(comparison.experiments),
        *_not_rebuilt(comparison.not_rebuilt_before, before),
        *_not_rebuilt(comparison.not_rebuilt_after, after),
        *_too_few(comparison.experiments),
        *_corpora(comparison.experiments),
        *_test_sets(comparison.experiments, before, after),
        *_only(comparison.only_before, before),
        *_only(comparison.only_after, after),
        _section("Changed parameters", _params(comparison.params, before, after)),
        *([] if revision else [_section("Stages that ran", _stages(comparison))]),
        _section("Confusions that moved most", _moved(comparison.experiments, before, after)),
    ]
    return "\n\n".join(parts)


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows as it is, in a table too."""
    text = re.sub(r"([\\`*\[\]<>|~&$])", r"\\\1", escape(" ".join(text.split())))
    # Nor does it call a person or name an issue.
    text = text.replace("#", "&#35;").replace("@", "&#64;")
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)  # inside a word it means itself


def format_code(text: str) -> str:
    """Return text as code where Markdown can, otherwise escaped."""
    line = escape(" ".join(text.split()))
    return (
        escape_markdown(line)
        if "`" in line or not line
        else f"`{line.replace('|', chr(92) + '|')}`"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _scores(differences: list[Difference]) -> list[str]:
    if not differences:
        return []
    head = ["experiment", "recording accuracy", "window accuracy", "macro-F1"]
    head += ["shared", "fixed", "broken", "difference [95 %]", "verdict"]
    return [
        _table(head, map(_row, differences)),
        "The difference is of recording accuracy, over the test recordings that both have, "
        "with a 95 % interval by paired bootstrap (exact where all of them changed alike, or none "
        "did). *No evidence*: the interval includes 0, or fewer than "
        f"{FEWEST_CHANGED} recordings were fixed or broken.",
    ]


def _row(one: Difference) -> list[str]:
    scores = [f"{one.before[name]:.3f} → {one.after[name]:.3f}" for name in SCORES]
    counts = [str(count) for count in (one.shared, one.fixed, one.broken)]
    interval = "–"
    if one.difference is not None and one.low is not None and one.high is not None:
        interval = f"{_signed(one.difference)} [{_signed(one.low)}, {_signed(one.high)}]"
    return [
        format_code(one.experiment),
        *scores,
        *counts,
        interval,
        _VERDICTS.get(one.verdict, one.verdict),
    ]


def _signed(value: float) -> str:
    """Return +0.100, −0.100 or 0.000."""
    sign = "" if round(value, 3) == 0 else "+" if value > 0 else "−"
    return f"{sign}{abs(value):.3f}"


def _too_few(differences: list[Difference]) -> list[str]:
    """Name scores that can be compared; of two corpora, none can."""
    counts = [one.shared for one in differences if not one.corpora]
    if not counts or max(counts) >= FEWEST_CHANGED:
        return []
    return [
        f"Test recordings in both: {max(counts)}, too few for any evidence. Compare "
        "cross-validated scores (`metrics/macro_f1_crossval.json`)."
    ]


def _corpora(differences: list[Difference]) -> list[str]:
    lines = []
    for corpora, names in _group(differences, lambda one: one.corpora):
        before, after = map(escape_markdown, corpora)
        lines.append(
            f"**Measured on two corpora:** {before} before, {after} after ({names}). Scores before "
            "and after cannot be subtracted."
        )
    return lines


def _test_sets(differences: list[Difference], before: str, after: str) -> list[str]:
    def count(one: Difference) -> tuple[int, int, int] | None:
        differ = one.only_before or one.only_after
        return (one.shared, one.only_before, one.only_after) if differ else None

    return [
        f"The test sets differ ({names}). Recordings in both: {shared}, only in "
        f"{format_code(before)}: {old}, only in {format_code(after)}: {new}. The scores are of "
        f"different recordings{'; the difference is of those in both' if shared else ''}."
        for (shared, old, new), names in _group(differences, count)
    ]


def _group(
    differences: list[Difference], key: Callable[[Difference], Any]
) -> Iterator[tuple[Any, str]]:
    """Yield each key that is not None, and the names of the experiments that have it."""
    groups: dict[Any, list[str]] = {}
    for one in differences:
        if (found := key(one)) is not None:
            groups.setdefault(found, []).append(format_code(one.experiment))
    for found, names in groups.items():
        yield found, ", ".join(names)


def _not_rebuilt(names: list[str], revision: str) -> list[str]:
    listed = ", ".join(map(format_code, names))
    return [
        f"**Not rebuilt** in {format_code(revision)} since inputs or settings changed: {listed}. "
        "So there is nothing to compare; run `dvc repro` there."
    ] * bool(names)


def _only(names: list[str], revision: str) -> list[str]:
    return (
        [f"Only in {format_code(revision)}: {', '.join(map(format_code, names))}."] if names else []
    )


def _section(title: str, body: str) -> str:
    return f"### {title}\n\n{body or 'None.'}"


def _params(changes: list[Change], before: str, after: str) -> str:
    rows = [[format_code(one.parameter), _value(one.before), _value(one.after)] for one in changes]
    return _table(["parameter", format_code(before), format_code(after)], rows) if rows else ""


def _value(value: Any) -> str:
    return "–" if value is None else format_code(str(value))


def _stages(comparison: Comparison) -> str:
    kinds = {
        "Ran again": comparison.stages_ran,
        "New": comparison.stages_added,
        "Gone": comparison.stages_removed,
    }
    lines = [
        f"- {kind}: {', '.join(map(format_code, names))}" for kind, names in kinds.items() if names
    ]
    if not lines and comparison.params:
        return "None, although parameters changed: run `dvc repro` before believing the scores."
    return "\n".join(lines)


def _moved(differences: list[Difference], before: str, after: str) -> str:
    rows = [
        [format_code(one.experiment), *map(escape_markdown, (move.actual, move.predicted, *counts))]
        for one in differences
        for move in one.moved
        for counts in [(str(move.before), str(move.after))]
    ]
    head = ["experiment", "actual", "predicted", format_code(before), format_code(after)]
    return _table(head, rows) if rows else ""


def _sha(commit: str | None) -> str:
    return f" ({commit[:7]})" if commit else ""
