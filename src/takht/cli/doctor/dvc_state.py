"""DVC: its version, the repository, the cache and the remote."""

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import yaml

from takht.cli.doctor.finding import Finding, failed, ok, warning

_REMOTE_SECONDS = 20


def check_dvc(project: Path) -> list[Finding]:
    """Check what DVC needs of the project and its remote."""
    if fault := _unwritable_name(project):
        return [fault]
    import dvc
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        repository = Repo(str(project))
    except DvcException as error:
        reason = " ".join(str(error).split())
        remedy = (
            "see `git` above" if "git repository" in reason else "run it in the project's folder"
        )
        return [failed("dvc", reason, remedy)]
    with repository:
        return [
            _lock(project, f"{dvc.__version__}, {repository.root_dir}"),
            _cache(repository),
            _remote(repository),
        ]


def _unwritable_name(project: Path) -> Finding | None:
    """Return what is wrong where DVC's configuration cannot hold the project's path."""
    from configobj import ConfigObj

    config = ConfigObj()
    config.filename = os.devnull
    config["path"] = str(project)
    try:
        config.write()
    except UnicodeEncodeError:
        what = f"{project}: DVC cannot write this name; experiments, queue and remotes fail"
        return failed("dvc", what, "`make setup` repairs that, or move the project")
    return None


def _lock(project: Path, where: str) -> Finding:
    """Check that dvc.lock is not what a merge left half done, or a killed DVC half written."""
    for path in [project / "dvc.lock", *sorted(project.glob("*/dvc.lock"))]:
        name, text = path.relative_to(project), ""
        if path.exists():
            text = path.read_text("utf-8", "replace")
        if "\n<<<<<<< " in "\n" + text:
            remedy = f"`git checkout --ours {name}`, then `dvc repro`"
            return failed("dvc", f"{name} holds conflict markers", remedy)
        if path.exists() and not _is_lock(text):
            remedy = f"`git checkout {name}` or delete it, then `dvc repro`"
            return failed("dvc", f"{name} is incomplete or no lock file", remedy)
    return ok("dvc", where)


def _is_lock(text: str) -> bool:
    from dvc.exceptions import DvcException
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.safe_load(text))
    except (yaml.YAMLError, Invalid, DvcException):
        return False
    return True


def _cache(repository: Any) -> Finding:
    kinds = repository.cache.local.cache_types
    path = repository.cache.local.path
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        return failed(
            "dvc cache",
            f"{path}: cannot be written, {error.strerror}",
            "change its permissions, or `dvc cache dir --local FOLDER`",
        )
    if "symlink" in kinds:
        return warning(
            "dvc cache",
            f"{path}, cache.type {','.join(kinds)}: links that lead out of the corpus are refused",
            "`dvc config cache.type reflink,hardlink,copy`, then `dvc checkout --relink`",
        )
    return ok("dvc cache", f"{path}, {','.join(kinds)}")


def _remote(repository: Any) -> Finding:
    name = repository.config["core"].get("remote")
    if not name:
        return ok("dvc remote", "none; `dvc remote add --default NAME URL` to share data")
    options = repository.config["remote"].get(name)
    if options is None:
        return failed("dvc remote", f"{name}: not in .dvc/config", "`dvc remote list`, and fix it")
    if reason := _unreachable(repository, name):
        return failed(
            "dvc remote",
            f"{name}, {options.get('url')}: {reason}",
            "check the address, the network and your keys",
        )
    if not options.get("verify"):
        return warning(
            "dvc remote",
            f"{name}: reachable, but what comes from it is not checked",
            f"`dvc remote modify {name} verify true`",
        )
    return ok("dvc remote", f"{name}: reachable, verified")


def _unreachable(repository: Any, name: str) -> str:
    """Return why the remote cannot be reached, or an empty text."""
    found = [f"no answer in {_REMOTE_SECONDS} s"]

    def ask() -> None:
        try:
            remote = repository.cloud.get_remote(name)
            remote.fs.exists(remote.path)
            if remote.fs.protocol == "local" and not Path(remote.path).is_dir():
                found[0] = "no such folder"
                return
            found[0] = ""
        except Exception as error:  # noqa: BLE001 (each protocol has errors of its own)
            found[0] = " ".join(str(error).split()) or type(error).__name__

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_REMOTE_SECONDS)
    return found[0]
