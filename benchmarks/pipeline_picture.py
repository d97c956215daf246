"""Draw the stage graph that `dvc dag` tells: docs/pipeline.md (Mermaid) and docs/pipeline.svg.

    python benchmarks/pipeline_picture.py

The picture leaves out arrows that others imply: where a needs b and b needs c, none from c to a.
"""

import math
import re
import subprocess
from collections.abc import Mapping
from itertools import combinations, starmap
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

ROOT = Path(__file__).parents[1]
COLOURS = {
    "": "#dbe9f6",
    "corpora": "#f2f2c4",
    "generation": "#fde2c8",
    "checks": "#e2f0d9",
    "report": "#eadcf4",
}
NAMES = {"": "dvc.yaml"}
NEAR = 0.45  # of a column: half a box
HALF_BOX = 0.2  # of a row
TEXT = """# The stages

Written by `make cards` from `dvc dag --mermaid --collapse-foreach-matrix`: an arrow
leads from a stage to one that reads what it wrote. `train`, `evaluate` and the checks
stand for one stage an experiment.

![The same as a picture, without arrows that others imply](pipeline.svg)

```mermaid
{mermaid}
```
"""

Point = tuple[int, int]
Graph = Mapping[str, set[str]]  # a stage: those that need it


def main() -> None:
    mermaid = dag()
    (ROOT / "docs/pipeline.md").write_text(TEXT.format(mermaid=mermaid), encoding="utf-8")
    save(picture(parsed(mermaid)), ROOT / "docs/pipeline.svg")


def dag(root: Path = ROOT) -> str:
    """Return what `dvc dag` says of a repository, as Mermaid."""
    words = ["dvc", "dag", "--mermaid", "--collapse-foreach-matrix"]
    done = subprocess.run(words, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.replace("\t", "  ").strip()


def parsed(mermaid: str) -> dict[str, set[str]]:
    """Return the graph of a flowchart as `dvc dag` writes it."""
    names = dict(re.findall(r'(node\d+)\["(.+)"\]', mermaid))
    graph: dict[str, set[str]] = {name: set() for name in names.values()}
    for source, target in re.findall(r"(node\d+)-->(node\d+)", mermaid):
        graph[names[source]].add(names[target])
    return graph


def reduced(graph: Graph) -> dict[str, set[str]]:
    """Return the graph without arrows that a longer way implies (its transitive reduction)."""
    below = {name: reachable(graph, name) for name in graph}
    return {
        name: {one for one in targets if not any(one in below[other] for other in targets)}
        for name, targets in graph.items()
    }


def reachable(graph: Graph, start: str) -> set[str]:
    """Return every stage that needs `start`, directly or not."""
    found: set[str] = set()
    queue = list(graph[start])
    while queue:
        if (name := queue.pop()) not in found:
            found.add(name)
            queue += graph[name]
    return found


def placed(graph: Graph) -> dict[str, Point]:
    """Return where each stage stands: a column, and 0, -1, -2 … below all that it needs.

    Stages are moved to other columns for as long as that makes the drawing plainer.
    """
    depth = dict.fromkeys(graph, 0)
    for _ in graph:
        for name, targets in graph.items():
            for target in targets:
                depth[target] = max(depth[target], depth[name] + 1)
    rows = [sorted(n for n in graph if depth[n] == row) for row in range(max(depth.values()) + 1)]
    columns = max(map(len, rows)) + 1
    where = {
        name: ((columns - len(names)) // 2 + n, -row)
        for row, names in enumerate(rows)
        for n, name in enumerate(names)
    }
    best, previous = tangle(graph, where), math.inf
    while best < previous:
        previous = best
        for name in graph:
            for column in range(columns):
                moved = _moved(where, name, column)
                if (found := tangle(graph, moved)) < best:
                    where, best = moved, found
    return where


def tangle(graph: Graph, where: Mapping[str, Point]) -> float:
    """Return how hard a drawing is to read: long arrows, crossings, arrows through stages."""
    arrows = [(where[one], where[other]) for one, others in graph.items() for other in others]
    slant = sum(abs(a[0] - b[0]) for a, b in arrows)
    crossings = sum(starmap(_cross, combinations(arrows, 2)))
    through = sum(_hits(arrow, point) for arrow in arrows for point in where.values())
    return slant + 2 * crossings + 6 * through


def _moved(where: Mapping[str, Point], name: str, column: int) -> dict[str, Point]:
    """Return the places with a stage in another column, whose stage comes in its place."""
    old, new = where[name], (column, where[name][1])
    swapped = {other: old for other, place in where.items() if place == new}
    return {**where, **swapped, name: new}


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Tell whether two arrows cross; such as share an end do not."""
    (a, b), (c, d) = one, other
    if {a, b} & {c, d}:
        return False
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: Point, b: Point, c: Point) -> int:
    """Return on which side of the line from a to b the point c lies: -1, 0 or 1."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _hits(arrow: tuple[Point, Point], point: Point) -> bool:
    """Tell whether an arrow passes through a stage that is neither of its ends."""
    (x, y), (to_x, to_y) = arrow
    if not to_y < point[1] < y:
        return False
    return abs(x + (to_x - x) * (y - point[1]) / (y - to_y) - point[0]) < NEAR


def picture(graph: Graph) -> Figure:
    """Return the drawn graph, the stages of one file in one colour."""
    drawn = reduced(graph)
    where = placed(drawn)
    right, low = max(x for x, _ in where.values()), min(y for _, y in where.values())
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9}):
        figure = Figure(figsize=(1.6 * (right + 1), 0.85 * (1 - low)), layout="constrained")
        axes = figure.subplots()
        axes.set(xlim=(-0.5, right + 0.5), ylim=(low - 0.4, 0.4))
        axes.set_axis_off()
        for source, targets in drawn.items():
            for target in sorted(targets):
                _arrow(axes, where[source], where[target])
        for name, (x, y) in where.items():
            colour = COLOURS.get(_file(name), "#eeeeee")
            box = {"boxstyle": "round,pad=0.45", "facecolor": colour, "edgecolor": "#444444"}
            axes.text(x, y, label(name), ha="center", va="center", bbox=box, zorder=3)
        _legend(axes, sorted({_file(name) for name in graph}))
        return figure


def label(name: str) -> str:
    """Return a stage's name as it stands in its file."""
    return name.rpartition(":")[2]


def save(figure: Figure, path: Path) -> None:
    """Write the figure as SVG, the same bytes each time and the same letters everywhere."""
    with mpl.rc_context({"svg.hashsalt": "takht", "svg.fonttype": "path"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8")


def _file(name: str) -> str:
    return name.partition("/")[0] if ":" in name else ""


def _arrow(axes: Axes, source: Point, target: Point) -> None:
    ends = (source[0], source[1] - HALF_BOX), (target[0], target[1] + HALF_BOX)
    axes.add_patch(
        FancyArrowPatch(
            *ends,
            arrowstyle="-|>",
            mutation_scale=9,
            shrinkA=0,
            shrinkB=0,
            color="#777777",
            linewidth=0.9,
        )
    )


def _legend(axes: Axes, files: list[str]) -> None:
    for file in files:
        colour = COLOURS.get(file, "#eeeeee")
        name = NAMES.get(file, f"{file}/dvc.yaml")
        axes.scatter([], [], marker="s", s=90, color=colour, edgecolors="#444444", label=name)
    axes.legend(loc="upper right", frameon=False)


if __name__ == "__main__":
    main()
