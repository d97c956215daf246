"""Charts of scores: a dot in its interval an experiment, and honest beside leaky accuracy.

`var(--name)` stands for a colour of the page, which has them in light and dark.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Spec = dict[str, Any]
ROW_PIXELS = 30
SHARE = {"domain": [0, 1]}
TICKS = {"tickCount": 5, "labelFlush": False}  # more would touch on a phone
NAMES: Spec = {"field": "name", "type": "nominal", "sort": None, "title": None}


def draw_intervals(
    experiments: Iterable[Mapping[str, Any]], score: str, title: str, chance: float | None
) -> Spec:
    """Return a chart of a score of recordings with its 95 % intervals, and of chance, dashed."""
    rows = [
        {
            "name": each["name"],
            "value": each["metrics"][score],
            "low": each["metrics"][f"{score}_low"],
            "high": each["metrics"][f"{score}_high"],
        }
        for each in experiments
    ]
    x = {"field": "value", "type": "quantitative", "scale": SHARE, "axis": TICKS, "title": title}
    shown = [
        {"field": "name", "title": "experiment"},
        {"field": "value", "title": title, "format": ".3f"},
        {"field": "low", "title": "95 % from", "format": ".3f"},
        {"field": "high", "title": "95 % to", "format": ".3f"},
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "strokeCap": "round", "opacity": 0.45},
            "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
        {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1}, "encoding": {"x": x}},
    ]
    return _framed(rows, [*_chance(chance), *_with_tooltip(layers, shown)])


def _chance(share: float | None) -> list[Spec]:
    if share is None:
        return []
    line = {"type": "rule", "strokeDash": [3, 4], "color": "var(--muted)", "strokeWidth": 1.5}
    data = {"values": [{"chance": share}]}
    return [
        {"data": data, "mark": line, "encoding": {"x": {"field": "chance", "type": "quantitative"}}}
    ]


def _with_tooltip(layers: Iterable[Spec], shown: list[Spec]) -> list[Spec]:
    return [
        layer | {"encoding": layer["encoding"] | {"y": NAMES, "tooltip": shown}} for layer in layers
    ]


def draw_leak(experiments: Iterable[Mapping[str, Any]]) -> Spec | None:
    """Return a chart of window accuracy, honest and leaky; None where no leak was measured."""
    rows, gaps = [], []
    for each in experiments:
        if each["leak"] is None:
            continue
        honest, leaky = (
            each["leak"][key] for key in ("accuracy_windows", "accuracy_windows_leaky")
        )
        gaps.append({"name": each["name"], "honest": honest, "leaky": leaky})
        rows.append({"name": each["name"], "split": "by recording", "value": honest})
        rows.append({"name": each["name"], "split": "leaky", "value": leaky})
    if not rows:
        return None
    gap: Spec = {
        "data": {"values": gaps},
        "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.35},
        "encoding": {
            "y": NAMES,
            "x": {"field": "honest", "type": "quantitative"},
            "x2": {"field": "leaky"},
        },
    }
    kinds = ["by recording", "leaky"]
    legend = {"title": None, "orient": "top", "direction": "vertical"}  # a phone is narrow
    points: Spec = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            "y": NAMES,
            "x": {
                "field": "value",
                "type": "quantitative",
                "scale": SHARE,
                "axis": TICKS,
                "title": "window accuracy",
            },
            "shape": {
                "field": "split",
                "type": "nominal",
                "scale": {"domain": kinds, "range": ["circle", "diamond"]},
                "legend": legend,
            },
            "color": {
                "field": "split",
                "type": "nominal",
                "scale": {"domain": kinds, "range": ["var(--accent)", "var(--warn)"]},
                "legend": legend,
            },
            "tooltip": [
                {"field": "name", "title": "experiment"},
                {"field": "split"},
                {"field": "value", "title": "window accuracy", "format": ".3f"},
            ],
        },
    }
    return _framed(rows, [gap, points])


def _framed(rows: list[Spec], layers: list[Spec]) -> Spec:
    return {
        "data": {"values": rows},
        "width": "container",
        "height": ROW_PIXELS * len({row["name"] for row in rows}),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": layers,
    }
