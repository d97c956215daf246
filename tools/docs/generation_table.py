"""The table of the generation branch: original, PCA, a floor, ours, real music, aims."""

from collections.abc import Iterator
from typing import Any

from takht.report.page.generation_measures import MODELS, ROWS, full_names, shown, verdict


def table(title: str, results: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a corpus's table, in Markdown; what is not reached is named below."""
    every, seconds = results["metrics"], results["cpu_s"]
    metrics = {model: every.get(model, {}) for model in MODELS}
    chance = metrics["reference"]["composer_accuracy_chance"]
    yield f"**{title}**, scale {results['scale']}, measured at {results['commit']}."
    yield ""
    yield (
        "| on recordings never trained on | to reach | original | PCA | shuffled blocks | ours "
        "| real music | |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    factor = results["real_time_factor"]
    rows = [
        (
            row.name,
            full,
            row.aim,
            [shown(row.find(metrics[model]), row.digits) for model in MODELS],
            verdict(row, metrics),
        )
        for row, full in zip(ROWS, full_names(), strict=True)
    ]
    name = "time to generate, over the piece's duration, start-up included"
    rows.append((name, name, "≤ .2", ["–", "–", "–", shown(factor, 3), "–"], factor <= 0.2))
    for name, _, aim, cells, good in rows:
        mark = {None: "", True: "reached", False: "**missed**"}[good]
        yield f"| {name} | {aim} | {' | '.join(cells)} | {mark} |"
    missed = [full for _, full, _, _, good in rows if good is False]
    yield ""
    yield f"Missed: {'; '.join(missed)}." if missed else "Every aim that was measured is reached."
    yield (
        f"By chance, {shown(chance, 3)} of the pieces are identified. Training took "
        f"{seconds['codec']:.0f} CPU s (original: {seconds['study_vae']:.0f}), the whole branch "
        f"{results['branch_cpu_s'] / 60:.1f} CPU minutes."
    )
