"""Who was taken for whom: a matrix with a count in every cell that has one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

ROW_PIXELS = 32


def draw_confusions(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a matrix of test recordings, actual composers down, predicted ones across.

    Those that nobody is and nobody is taken for have no row. The cells of right answers are framed.
    """
    counts = Counter((each["actual"], each["predicted"]) for each in verdicts)
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
            ("predicted", {"title": "taken for", "labelAngle": -90, "orient": "top"}),
            ("actual", {"title": "composer"}),
        )
    )
    colour = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": ["var(--cell)", "var(--accent)"]},
        "legend": None,
    }
    written = {
        "condition": {"test": f"datum.n > {most / 2}", "value": "var(--paper)"},
        "value": "var(--ink)",
    }
    shown = [
        {"field": "actual", "title": "composer"},
        {"field": "predicted", "title": "taken for"},
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
                "encoding": {"color": colour},
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
