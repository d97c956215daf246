"""The DVC experiments of the commit that is checked out, read from Git, where DVC keeps them."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from takht.report.results.experiment_files import SCORES
from takht.runtime.git import ask_git
from takht.runtime.yaml_files import list_values, parse_yaml

SCORE = SCORES[1]
_UNREADABLE = (OSError, subprocess.CalledProcessError, ValueError, TypeError, yaml.YAMLError)


def list_experiments(params_yaml: Path, metrics_dir: Path) -> list[dict[str, Any]]:
    """Return the commit itself, then its DVC experiments by date; an empty list if it has none.

    Each has name, date, `changes` (parameter, value, and the commit's value as `before`) and
    `scores`: the macro-F1 of test recordings per experiment of params.yaml. Revisions without
    readable parameters or metrics are left out.
    """
    folder = params_yaml.absolute().parent
    files = params_yaml.name, os.path.relpath(metrics_dir.absolute(), folder)
    try:
        head = ask_git(folder, "rev-parse", "HEAD").strip()
        place = f"refs/exps/{head[:2]}/{head[2:]}/"
        listed = ask_git(
            folder, "for-each-ref", "--sort=committerdate", "--format=%(refname)", place
        ).split()
        before = _read(folder, head, *files)
    except _UNREADABLE:
        return []
    found = [before | {"changes": []}]
    for ref in listed:
        try:
            each = _read(folder, ref, *files)
        except _UNREADABLE:
            continue
        found.append(each | {"changes": list(_compare(before["params"], each["params"]))})
    return [
        {key: value for key, value in each.items() if key != "params"}
        for each in found
        if len(found) > 1
    ]


def _read(folder: Path, rev: str, params: str, metrics: str) -> dict[str, Any]:
    names = ask_git(folder, "ls-tree", "-z", "--name-only", rev, f"./{metrics}/").split("\0")
    tables = {
        Path(name).stem: json.loads(ask_git(folder, "show", f"{rev}:./{name}"))
        for name in sorted(names)
        if name.endswith(".json")
    }
    settings = ask_git(folder, "show", f"{rev}:./{params}")
    return {
        "name": rev.rpartition("/")[2] if "/" in rev else rev[:10],
        "date": ask_git(folder, "show", "--no-patch", "--format=%cs", rev).strip(),
        "params": dict(list_values(parse_yaml(settings.encode()))),
        "scores": {name: values[SCORE] for name, values in tables.items() if SCORE in values},
    }


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for key in sorted(before.keys() | after.keys()):
        old, new = (
            json.dumps(values[key], ensure_ascii=False) if key in values else "–"
            for values in (before, after)
        )
        if old != new:
            yield {"parameter": key, "before": old, "value": new}
