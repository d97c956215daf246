"""What the page says of the experiments: scores, checks, mistakes with sounds."""

from collections.abc import Mapping
from typing import Any

from takht.evaluation.metrics import FEWEST_TESTED, too_few_tested
from takht.report.page import mishearing
from takht.report.page.media import Media
from takht.report.page.page import guess_language
from takht.text import collation, names

Results = Mapping[str, Any]
MOST_PAIRS = 8
MOST_CASES = 12  # misclassified recordings with players: three sounds to load each, at the most
MOST_PLAYERS = 300  # of test recordings: 15 seconds take 0.1 MB each


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
    ties = sum(score(each) == score(best) for each in experiments) - 1
    return {
        "name": best["name"],
        "score": score(best),
        "ties": ties,
        "folds": folds,
        "of": len(experiments),
    }


def list_test_recordings(results: Results, media: Media) -> dict[str, Any]:
    """Return the rows of the table of test recordings, and `data`, every experiment's predictions.

    The rows, in the order of their names, show the leading experiment's predictions if it has any.
    `data` has labels (text, language), in the order of names, and each experiment's predictions, a
    row each: the place of a label and its probability, or None. `silent` counts rows without sound.
    """
    predicting = {each["name"]: each["verdicts"] for each in results["experiments"]}
    said = {
        name: {verdict["recording"]: verdict for verdict in verdicts}
        for name, verdicts in predicting.items()
        if verdicts
    }
    leaders = name_leaders(results)
    shown = leaders["name"] if leaders and leaders["name"] in said else next(iter(said), "")
    actual = {
        recording: each["actual"]
        for verdicts in said.values()
        for recording, each in verdicts.items()
    }
    labels = collation.sort_names(results["labels"].values())
    places = {label: place for place, label in enumerate(labels)}
    wrong = {
        name: -sum(v[name]["predicted"] != label for v in said.values() if name in v)
        for name, label in actual.items()
    }
    with_sound = set(sorted(actual, key=lambda name: (wrong[name], name))[:MOST_PLAYERS])
    rows = [
        {"recording": name, "actual": actual[name], "actual_place": places[actual[name]]}
        | {key: said[shown].get(name, {}).get(key) for key in ("predicted", "probability")}
        | {"sound": media.example(name) if name in with_sound else None}
        for name in collation.sort_names(actual)
    ]
    answers = {
        name: [
            (places[v["predicted"]], round(v["probability"], 4)) if v else None
            for v in (verdicts.get(row["recording"]) for row in rows)
        ]
        for name, verdicts in said.items()
    }
    texts = [(names.escape(label), guess_language(label)) for label in labels]
    return {"rows": rows, "experiments": list(said), "shown": shown} | {
        "silent": len(rows) - len(with_sound),
        "data": {"labels": texts, "predictions": answers},
    }


def list_mistakes(results: Results, media: Media) -> dict[str, Any]:
    """Return the most frequent confusions, and misclassified recordings with excerpts.

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
    predicting = sum(1 for each in results["experiments"] if each["verdicts"])
    return {"pairs": pairs[:MOST_PAIRS], "cases": shown, "experiments": predicting} | {
        "more_pairs": max(0, len(pairs) - MOST_PAIRS),
        "more_cases": len(cases) - len(shown),
    }
