"""The page's context: everything that the template shows, in the words and order it shows it."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert

from takht.report.page import generation_view, score_view
from takht.report.page.confusion_chart import confusion_chart
from takht.report.page.corpus_chart import corpus_chart
from takht.report.page.curve_charts import curve_chart
from takht.report.page.media import Media
from takht.report.page.score_charts import interval_chart, leak_chart
from takht.report.results.corpus_overview import SIDES

SCORES = {"accuracy_recordings": "recordings right", "macro_f1_recordings": "macro-F1"}


def charts(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Vega-Lite specifications of all charts, by the id of their place in the page."""
    experiments = results["experiments"]
    found: dict[str, Any] = {"corpus": corpus_chart(results["corpus"]["composers"])}
    if experiments:
        chance = score_view.chance(results)
        for score, title in SCORES.items():
            line = chance if score == "accuracy_recordings" else None
            found[score] = interval_chart(experiments, score, title, line)
        found["leak"] = leak_chart(experiments)
    for place, each in enumerate(experiments):
        found[f"curve-{place}"] = curve_chart(each["curve"] or [])
        if each["verdicts"]:
            found[f"confusion-{place}"] = confusion_chart(each["verdicts"])
    return {name: spec for name, spec in found.items() if spec is not None}


def context(
    results: Mapping[str, Any], drawn: Mapping[str, Any], result_dir: Path, media: Media
) -> dict[str, Any]:
    """Return what the template is filled with; `drawn` are the charts, files are copied to `media`.

    Of confusions, the one of the leading experiment is shown first.
    """
    leaders = score_view.leaders(results)
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
        "chance": score_view.chance(results),
        "drawn": set(drawn),
        "mistakes": score_view.mistakes(results, media),
        "measures": generation_view.measures(results["generation"]),
        "players": generation_view.players(results, result_dir, media),
        "vega": {"Vega": vl_convert.get_vega_version(), "vl-convert": version("vl-convert-python")},
    }
