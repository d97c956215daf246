"""A confusion matrix with a count in every cell that has one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from takht.text.names import escape

ROW_PIXELS = 32


def draw_confusions(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a matrix of test recordings, actual composers down, predicted ones across.

    Composers who occur as neither have no row. The cells of correct predictions are framed.
    """
    counts = Counter((escape(each["actual"]), escape(each["predicted"])) for each in verdicts)
    names = sorted({name for pair in counts for name in pair})
    cells = [
        {"actual": a, "predicted": p, "n": counts[a, p], "right": a == p}
        for a in names
        for p in names
    ]
    most = max(counts.values(), default=1)
    axis = {"labelLimit": 130, "titlePadding": 12, "grid": False, "domain": False, "ticks": False}
    across, down = (
        {"field": key, "type": "ordinal", "sort": names, "axis": axis | more}
        for key, more in (
            ("predicted", {"title": "predicted", "labelAngle": -90, "orient": "top"}),
            ("actual", {"title": "composer"}),
        )
    )
    # The colours are the style sheet's, which Vega cannot mix: shades are opacities.
    shade = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": [0, 1]},
        "legend": None,
    }
    written = {
        "condition": {"test": f"datum.n > {most / 2}", "value": "var(--paper)"},
        "value": "var(--ink)",
    }
    shown = [
        {"field": "actual", "title": "composer"},
        {"field": "predicted", "title": "predicted"},
        {"field": "n", "title": "recordings"},
    ]
    return {
        "data": {"values": cells},
        "width": "container",
        "height": ROW_PIXELS * len(names),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {"x": across, "y": down, "tooltip": shown},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "var(--sheet)", "strokeWidth": 1.5},
                "encoding": {"color": {"value": "var(--cell)"}},
            },
            {
                "transform": [{"filter": "datum.n > 0"}],
                "mark": {"type": "rect", "stroke": "var(--sheet)", "strokeWidth": 1.5},
                "encoding": {"color": {"value": "var(--accent)"}, "fillOpacity": shade},
            },
            {
                "transform": [{"filter": "datum.right"}],
                "mark": {"type": "rect", "filled": False, "strokeWidth": 1.5},
                "encoding": {"stroke": {"value": "var(--ink)"}},
            },
            {
                "transform": [{"filter": "datum.n > 0"}],
                "mark": {"type": "text", "fontWeight": "bold"},
                "encoding": {"text": {"field": "n"}, "color": written},
            },
        ],
    }
