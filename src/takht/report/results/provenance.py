"""What ran on what: the commit, the parameters, the versions, every stage's record."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from takht.report.results.locks import Stages
from takht.runtime.git import ask_git

_SHORT = 10  # letters of a hash that are shown


def read_commit(files: Iterable[Path]) -> dict[str, Any] | None:
    """Return id and date of the last commit that changed one of the files, and if they differ.

    None without Git. The commit that is checked out would be another after every commit, though
    the results are the same; this one is the results' own.
    """
    names = [str(file) for file in files if file.exists()]
    try:
        known = ask_git(Path(), "log", "-1", "--format=%h%x09%cs", "--abbrev=10", "--", *names)
        changed = ask_git(Path(), "status", "--porcelain", "--", *names)
    except (OSError, subprocess.CalledProcessError):
        return None
    commit, _, date = known.strip().partition("\t")
    return {"commit": commit, "date": date, "changed": bool(changed.strip())}


def list_stages(stages: Stages, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return of each stage its name and the hashes of data that it read and wrote.

    DVC's lock files keep the stages of experiments that are gone; these are left out.
    """
    items = {*params.get("experiments", {}), *params.get("features", {})}
    return [
        {
            "name": name,
            "read": _hashes(stage.get("deps", [])),
            "wrote": _hashes(stage.get("outs", [])),
        }
        for name, stage in stages.items()
        if "@" not in name or name.partition("@")[2] in items
    ]


def _hashes(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"path": show_path(entry["path"]), "md5": entry["md5"][:_SHORT], "size": entry["size"]}
        for entry in entries
        if not entry["path"].startswith("src/")
    ]


def show_path(path: str) -> str:
    """Return a path without the folders of this machine that lead to it."""
    return Path(path).name if Path(path).is_absolute() else path


def list_libraries(cards: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Return the versions that the models were trained with; two of one library, both."""
    versions: dict[str, set[str]] = {}
    for card in cards:
        for name, version in (card or {}).get("libraries", {}).items():
            versions.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(versions[name])) for name in sorted(versions)}


def count_training_steps(params: Mapping[str, Any]) -> dict[str, int]:
    """Return how many steps networks may train: for their scores, and when checks judge them."""
    own = params["scales"][params["scale"]]["training"]["max_steps"]
    return {"own": own} | {
        check: params[check]["max_steps"] for check in ("crossval", "sanity_checks")
    }
