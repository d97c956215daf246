"""How much music there is of each composer, and what it is used for."""

from collections.abc import Iterable, Mapping
from typing import Any

from takht.report.results.corpus_overview import SIDES
from takht.text.names import escape

ROW_PIXELS = 28
COLOURS = ("var(--accent)", "var(--third)", "var(--warn)", "var(--muted)")


def draw_corpus(composers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return bars of each composer's minutes, training first, then validation, then test."""
    rows = [
        {
            "composer": escape(each["label"]),
            "side": side,
            "place": place,
            "minutes": each["minutes_by_side"][side],
            "recordings": each["recordings_by_side"][side],
        }
        for each in composers
        for place, side in enumerate(SIDES)
        if each["recordings_by_side"][side]
    ]
    used = [side for side in SIDES if any(row["side"] == side for row in rows)]
    colours = [COLOURS[SIDES.index(side)] for side in used]
    return {
        "data": {"values": rows},
        "width": "container",
        "height": ROW_PIXELS * len({row["composer"] for row in rows}),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "mark": {"type": "bar", "height": 16, "stroke": "var(--paper)", "strokeWidth": 1.5},
        "encoding": {
            "y": {
                "field": "composer",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 150},
            },
            "x": {
                "field": "minutes",
                "type": "quantitative",
                "title": "minutes of music",
                "axis": {"tickCount": 6},
            },
            "order": {"field": "place"},
            "color": {
                "field": "side",
                "type": "nominal",
                "scale": {"domain": used, "range": colours},
                "legend": {"title": None, "orient": "top"},
            },
            "tooltip": [
                {"field": "composer"},
                {"field": "side"},
                {"field": "recordings"},
                {"field": "minutes", "format": ".1f"},
            ],
        },
    }
