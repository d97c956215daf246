"""Read what a Git revision says of its experiments, through DVC and without a checkout.

Metrics, parameters, locks and predictions of single recordings are all in Git, so this works in a
clone that has no data; what is in DVC's cache or remote would be read from there.
"""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from dvc.exceptions import DvcException, NotDvcRepoError
from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.scm import SCM, SCMError, resolve_rev

from takht.core import tables
from takht.errors import TakhtError
from takht.report.comparison.differences import SCORES, Experiment, Revision
from takht.report.results.locks import Records
from takht.runtime.renamed import current_name
from takht.runtime.yaml_files import list_values, parse_yaml

_STAGE = "evaluate@"
_PARAMS = "params.yaml"
_COLUMNS = ["recording", "actual", "predicted"]


def read_revision(rev: str | None, root: Path | None = None) -> Revision:
    """Return a branch, tag, commit or DVC experiment; None is the workspace.

    `root` is any folder of the project, the current one if None.

    Raises:
        TakhtError: no DVC repository, no such revision, or a revision without usable metrics.
    """
    here = root or Path.cwd()
    name = rev or "workspace"
    try:
        top = Repo.find_root(str(here))
    except NotDvcRepoError:
        raise TakhtError(
            f"{here}: no DVC repository here or above; run takht compare in the project's folder"
        ) from None
    commit = _commit(top, rev) if rev else None
    try:
        with _open(top, commit) as repo:
            return _read(repo, name, commit)
    except DvcException as error:
        reason = " ".join(str(error).split())
        raise TakhtError(
            f"{name}: DVC cannot read it ({reason}); fix its dvc.yaml or name another revision"
        ) from None


def _open(top: str, commit: str | None) -> Repo:
    """Return the project at a commit; it may be a folder of the Git repository."""
    if commit is None:
        return Repo(top)
    git = SCM(top)
    place = PurePosixPath("/") / os.path.relpath(top, git.root_dir)
    return Repo(str(place), fs=GitFileSystem(scm=git, rev=commit), scm=git)


def _commit(root: str, rev: str) -> str:
    with Repo(root) as repo:
        try:
            return str(resolve_rev(repo.scm, rev))
        except SCMError:
            raise TakhtError(
                f"{root}: Git has no revision {rev!r}; name a branch, tag, commit or DVC "
                "experiment (commit or fetch it first)"
            ) from None


def _read(repo: Repo, name: str, commit: str | None) -> Revision:
    stages = dict(_stages(repo))
    settings = parse_yaml(_bytes(repo, _PARAMS)) if _exists(repo, _PARAMS) else {}
    experiments = dict(_experiments(repo, name, Records(stages, settings)))
    if not experiments:
        raise TakhtError(
            f"{name}: no metrics of any {_STAGE}… stage; "
            "run `dvc repro` there and commit, or name another revision"
        )
    (shown,) = repo.params.show().values()
    files = {file: held["data"] for file, held in shown.get("data", {}).items()}
    params = {
        current_name(key) if len(files) == 1 else f"{file}:{current_name(key)}": value
        for file, values in files.items()
        for key, value in list_values(values)
    }
    return Revision(name, commit, experiments, params, stages)


def _experiments(repo: Repo, name: str, records: Records) -> Iterator[tuple[str, Experiment]]:
    """Yield the experiments whose metrics exist, in the order of params.yaml."""
    for stage in repo.index.stages:
        experiment = (getattr(stage, "name", None) or "").removeprefix(_STAGE)
        if not experiment or experiment == stage.name:
            continue
        metrics = [path for out in stage.outs if (path := _path(repo, out)).endswith(".json")]
        confusions = [_path(repo, out) for out in stage.outs if _is_confusion(out.plot)]
        if not len(metrics) == len(confusions) == 1:
            raise TakhtError(
                f"{name}: {stage.name}: one metrics file and one confusion plot are needed, got "
                f"{len(metrics)} and {len(confusions)}; fix dvc.yaml or name another revision"
            )
        if _exists(repo, metrics[0]):
            scores, corpus = _scores(repo, metrics[0], f"{name}:{metrics[0]}")
            table = _recordings(repo, confusions[0], f"{name}:{confusions[0]}")
            rebuilt = records.is_current(current_name(stage.name))
            yield experiment, Experiment(scores, table, corpus, rebuilt)


def _path(repo: Repo, out: Any) -> str:
    return str(repo.dvcfs.from_os_path(out.fs_path))


def _exists(repo: Repo, path: str) -> bool:
    return bool(repo.dvcfs.exists(f"/{path}"))  # from the project's top, wherever one is in it


def _bytes(repo: Repo, path: str) -> bytes:
    with repo.dvcfs.open(f"/{path}", "rb") as file:
        return bytes(file.read())


def _is_confusion(plot: Any) -> bool:
    return isinstance(plot, dict) and plot.get("template") == "confusion"


def _scores(repo: Repo, path: str, where: str) -> tuple[dict[str, float], str | None]:
    """Return the scores, and what they were measured on; metrics of before 0.2 do not say."""
    try:
        values = json.loads(_bytes(repo, path))
        return {key: float(values[key]) for key in SCORES}, values.get("corpus")
    except (KeyError, TypeError, ValueError) as error:
        raise TakhtError(
            f"{where}: numbers named {', '.join(SCORES)} are needed ({error!r}); "
            "run evaluate again in that revision"
        ) from None


def _recordings(repo: Repo, path: str, where: str) -> pd.DataFrame:
    if not _exists(repo, path):
        raise TakhtError(f"{where}: missing beside the metrics; run `dvc repro` there and commit")
    table = tables.parse_table(io.BytesIO(_bytes(repo, path)), where)
    if list(table.columns) != _COLUMNS:
        raise TakhtError(
            f"{where}: columns {','.join(_COLUMNS)} are needed, got {','.join(table.columns)}; "
            "run evaluate again in that revision"
        )
    if twice := sorted(table["recording"][table["recording"].duplicated()]):
        raise TakhtError(f"{where}: {twice[0]!r} appears twice; run evaluate again")
    return table


def _stages(repo: Repo) -> Iterator[tuple[str, Any]]:
    """Yield what every lock file of the project records, names as DVC has them."""
    files = {stage.path_in_repo for stage in repo.index.stages}
    for file in sorted(files):
        lock = str(PurePosixPath(file).with_suffix(".lock"))
        if PurePosixPath(file).suffix == ".yaml" and _exists(repo, lock):
            stages = (parse_yaml(_bytes(repo, lock)) or {}).get("stages", {})
            prefix = "" if file == "dvc.yaml" else f"{file}:"
            yield from ((f"{prefix}{current_name(name)}", stages[name]) for name in stages)
