"""Every stage of every pipeline at a tiny scale: how DVC would run it, and what it writes."""

import graphlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from soak_project import PREPARATION, ROOT, tiny_project

PIPELINES = (
    "corpora/dvc.yaml",
    "dvc.yaml",
    "generation/dvc.yaml",
    "checks/dvc.yaml",
    "report/dvc.yaml",
)
EXPERIMENTS = {
    "best": {
        "features": "statistics",
        "kind": "discriminant",
        "model": "shrinkage_lda",
        "statistics": ["timbre"],
        "balance": "uneven",
        "seed": 1,
    },
    "network": {
        "features": "mfcc",
        "kind": "network",
        "model": "mfcc_two_blocks",
        "balance": "uneven",
        "masked_copies": 0,
        "batch_size": 4,
        "epochs": 2,
        "learning_rate": 0.003,
        "patience": 2,
        "seed": 1,
    },
}
# demo_corpus composes 15 minutes at the least; its two shortest pieces will do.
FEW = """\
import demo_corpus
from takht import stage
every = demo_corpus.plan_recordings
demo_corpus.plan_recordings = lambda *asked: sorted(
    every(*asked), key=lambda each: each.seconds
)[:2]
stage.run(demo_corpus.demo_corpus)
"""


NO_OUTPUTS_OF_DVC = {"report": ("reports",)}


@dataclass(frozen=True)
class Command:
    """A stage as DVC runs it, what it reads, and what it writes."""

    words: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def params() -> dict[str, Any]:
    """Return the content of params.yaml, for stages that take a second or so."""
    values = tiny_project.shrunk()
    values["scales"]["tiny"]["training"]["max_steps"] = 20
    return {**values, **PREPARATION, "scales": values["scales"], "experiments": EXPERIMENTS}


def commands() -> dict[str, Command]:
    """Return every stage by its name, in an order in which they can run."""
    found = dict(_every())
    found["demo_corpus"] = Command(("python", "src/few.py", "data/demo"), (), ("data/demo",))
    makers = {output: name for name, each in found.items() for output in each.outputs}
    needs = {
        name: [makers[path] for path in each.inputs if path in makers]
        for name, each in found.items()
    }
    return {name: found[name] for name in graphlib.TopologicalSorter(needs).static_order()}


def _every() -> Iterator[tuple[str, Command]]:
    values = params()
    for pipeline in PIPELINES:
        stages = yaml.safe_load((ROOT / pipeline).read_text("utf-8"))["stages"]
        for name, stage in stages.items():
            if "foreach" not in stage:
                yield name, _command(stage | {"outs": _outs(name, stage)}, {})
                continue
            items = values
            for part in stage["foreach"].strip("${}").split("."):
                items = items[part]
            for key, item in items.items():
                names = {"${key}": key, "${item.features}": item["features"]}
                yield f"{name}@{key}", _command(stage["do"], names)


def _outs(name: str, stage: dict[str, Any]) -> list[Any]:
    return [*stage.get("outs", []), *NO_OUTPUTS_OF_DVC.get(name, ())]


def _command(stage: dict[str, Any], names: dict[str, str]) -> Command:
    names = names | {"${corpus}": "data/raw", "${corpus.root}": "data/raw", "${scale}": "tiny"}

    def filled(text: str) -> str:
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    def paths(*kinds: str) -> tuple[str, ...]:
        listed = [each for kind in kinds for each in stage.get(kind, [])]
        return tuple(filled(next(iter(e)) if isinstance(e, dict) else e) for e in listed)

    words = tuple(shlex.split(filled(stage["cmd"])))
    return Command(words, paths("deps"), paths("outs", "metrics", "plots"))
