"""What the page says of the experiments: scores, checks, mistakes with sounds."""

from collections.abc import Mapping
from typing import Any

from takht.evaluation.metrics import FEWEST_TESTED, too_few_tested
from takht.report.page import mishearing
from takht.report.page.media import Media

Results = Mapping[str, Any]
MOST_PAIRS = 8
MOST_CASES = 12  # misheard recordings with players: three sounds to load each, at the most


def majority_share(results: Results) -> float | None:
    """Return the share of test recordings by the composer who has most; None without any."""
    for experiment in results["experiments"]:
        actual = [verdict["actual"] for verdict in experiment["verdicts"] or []]
        if actual:
            return max(map(actual.count, set(actual))) / len(actual)
    return None


def warn_of_few(results: Results) -> str | None:
    """Return what to say of a test side that is too small to say anything, or None."""
    tested = [each["metrics"]["n_recordings"] for each in results["experiments"]]
    return too_few_tested(min(tested)) if tested and min(tested) < FEWEST_TESTED else None


def name_leaders(results: Results) -> dict[str, Any] | None:
    """Return the experiments whose macro-F1 is best, by cross-validation if all have it."""
    experiments = results["experiments"]
    if not experiments:
        return None
    folds = all(each["crossval"] for each in experiments)
    part = "crossval" if folds else "metrics"

    def score(each: Mapping[str, Any]) -> float:
        return float(each[part]["macro_f1_recordings"])

    best = max(experiments, key=score)
    return {"name": best["name"], "score": score(best), "folds": folds, "of": len(experiments)}


def list_mistakes(results: Results, media: Media) -> dict[str, Any]:
    """Return the hardest pairs, and misheard recordings with an excerpt of each side.

    A composer without a training recording to compare with has None for an example.
    """
    cases = mishearing.list_misclassified(results["experiments"])
    shown = cases[:MOST_CASES]
    for case in shown:
        case["moment"] = media.moment(case["recording"], case["segment"], case["start_seconds"])
        for key in ("actual", "taken_for"):
            known = results["training_recordings"].get(case[key])
            case[f"{key}_example"] = media.example(known) | {"of": known} if known else None
    pairs = mishearing.find_hardest_pairs(cases)
    told = sum(1 for each in results["experiments"] if each["verdicts"])
    return {"pairs": pairs[:MOST_PAIRS], "cases": shown, "experiments": told} | {
        "more_pairs": max(0, len(pairs) - MOST_PAIRS),
        "more_cases": len(cases) - len(shown),
    }
