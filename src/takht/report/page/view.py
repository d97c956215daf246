"""The page's context: everything that the template shows, in the words and order it shows it."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert

from takht.report.page import generation_view, score_view
from takht.report.page.confusion_chart import draw_confusions
from takht.report.page.corpus_chart import draw_corpus
from takht.report.page.curve_charts import draw_curve
from takht.report.page.media import Media
from takht.report.page.score_charts import draw_intervals, draw_leak
from takht.report.results.corpus_overview import SIDES

SCORES = {"accuracy_recordings": "recording accuracy", "macro_f1_recordings": "macro-F1"}


def build_charts(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Vega-Lite specifications of all charts, by the id of their place in the page."""
    experiments = results["experiments"]
    found: dict[str, Any] = {"corpus": draw_corpus(results["corpus"]["composers"])}
    if experiments:
        chance = score_view.majority_share(results)
        for score, title in SCORES.items():
            line = chance if score == "accuracy_recordings" else None
            found[score] = draw_intervals(experiments, score, title, line)
        found["leak"] = draw_leak(experiments)
    for place, each in enumerate(experiments):
        found[f"curve-{place}"] = draw_curve(each["curve"] or [])
        if each["verdicts"]:
            found[f"confusion-{place}"] = draw_confusions(each["verdicts"])
    return {name: spec for name, spec in found.items() if spec is not None}


def build_context(
    results: Mapping[str, Any], drawn: Mapping[str, Any], generated_dir: Path, media: Media
) -> dict[str, Any]:
    """Return what the template is filled with; `drawn` are the charts, files are copied to `media`.

    Of confusions, the one of the leading experiment is shown first.
    """
    leaders = score_view.name_leaders(results)
    experiments = [
        {
            **each,
            "curve_chart": f"curve-{place}" if f"curve-{place}" in drawn else "",
            "confusion_chart": f"confusion-{place}" if f"confusion-{place}" in drawn else "",
        }
        for place, each in enumerate(results["experiments"])
    ]
    return {
        **results,
        "experiments": experiments,
        "sides": [side for side in SIDES if results["corpus"]["sides"][side]],
        "leaders": leaders,
        "chance": score_view.majority_share(results),
        "too_few": score_view.warn_of_few(results),
        "drawn": set(drawn),
        "test_recordings": score_view.list_test_recordings(results, media),
        "mistakes": score_view.list_mistakes(results, media),
        "measures": generation_view.list_measures(results["generation"]),
        "players": generation_view.list_players(results, generated_dir, media),
        "vega": {"Vega": vl_convert.get_vega_version(), "vl-convert": version("vl-convert-python")},
    }
