"""Which recordings the experiments misclassified, and as what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


def list_misclassified(experiments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the recordings that some experiment misclassified, the most often wrong first.

    Each has recording, actual, `answers` (experiment, predicted, right), and `taken_for`: the most
    frequent wrong prediction, with segment and start_seconds of the first experiment that made it.
    """
    answers: dict[str, list[dict[str, Any]]] = {}
    for experiment in experiments:
        for verdict in experiment["verdicts"] or []:
            said = verdict | {"experiment": experiment["name"]}
            said["right"] = verdict["predicted"] == verdict["actual"]
            answers.setdefault(verdict["recording"], []).append(said)
    found = [_case(recording, said) for recording, said in answers.items()]
    wrong = [case for case in found if case["wrong"]]
    return sorted(wrong, key=lambda case: (-case["wrong"], case["recording"]))


def _case(recording: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
    wrong = [answer for answer in answers if not answer["right"]]
    case: dict[str, Any] = {"recording": recording, "actual": answers[0]["actual"]}
    case |= {"answers": answers, "wrong": len(wrong)}
    if wrong:
        name = Counter(answer["predicted"] for answer in wrong).most_common(1)[0][0]
        first = next(answer for answer in wrong if answer["predicted"] == name)
        case |= {"taken_for": name, "by": first["experiment"], "share": first["share"]}
        case |= {"segment": first["segment"], "start_seconds": first["start_seconds"]}
    return case


def find_hardest_pairs(cases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return actual, predicted, `times` and `recordings` of each confusion, most frequent first.

    `times` counts predictions of all experiments, `recordings` the different recordings among them.
    """
    times: Counter[tuple[str, str]] = Counter()
    recordings: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        for answer in case["answers"]:
            if not answer["right"]:
                pair = (case["actual"], answer["predicted"])
                times[pair] += 1
                recordings.setdefault(pair, set()).add(case["recording"])
    ordered = sorted(times, key=lambda pair: (-times[pair], -len(recordings[pair]), pair))
    return [
        {"actual": actual, "predicted": predicted, "times": times[actual, predicted]}
        | {"recordings": len(recordings[actual, predicted])}
        for actual, predicted in ordered
    ]
