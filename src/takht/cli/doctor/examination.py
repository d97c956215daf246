"""All checks, one after another; one that fails keeps none of the others from running."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from takht.cli.doctor.cached_files import check_cached_files
from takht.cli.doctor.corpus import DEMO, check_corpus
from takht.cli.doctor.decoder import check_decoder
from takht.cli.doctor.disk import check_disk, check_store, check_temporary
from takht.cli.doctor.dvc_state import check_dvc
from takht.cli.doctor.finding import Finding, failed
from takht.cli.doctor.git_state import check_git
from takht.cli.doctor.gpu import check_gpu
from takht.cli.doctor.installation import check_packages, check_python
from takht.cli.doctor.settings import check_settings
from takht.errors import TakhtError
from takht.runtime.error_lines import describe_error
from takht.runtime.yaml_files import look_up, read_yaml


def examine(project: Path, corpus: Path | None, *, deep: bool) -> list[Finding]:
    """Return what every check finds in a project's folder, and in a corpus or in the project's."""
    if not (project / "params.yaml").exists():
        return [_elsewhere(project)]
    values = _params(project)
    asked = look_up(values, "corpus", "root")
    root = project / (corpus or str(DEMO if asked is None else asked))
    checks: dict[str, Callable[[], Finding | list[Finding]]] = {
        "python": lambda: check_python(project),
        "packages": lambda: check_packages(project),
        "ffmpeg": check_decoder,
        "gpu": check_gpu,
        "git": lambda: check_git(project),
        "dvc": lambda: check_dvc(project),
        "params.yaml": lambda: check_settings(project),
        "corpus": lambda: check_corpus(root, project),
        "disk": lambda: check_disk(project, root),
        "store": check_store,
        "temporary files": check_temporary,
    }
    if deep:
        checks["cached files"] = lambda: check_cached_files(_cache(project))
    return [finding for name, check in checks.items() for finding in _run(name, check)]


def _elsewhere(here: Path) -> Finding:
    return failed(
        "folder", f"{here} is not a project: it has no params.yaml", "`cd` to the project"
    )


def _run(name: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 (what a broken machine raises is anything)
        what, _, remedy = describe_error(error, name).removeprefix("error: ").rpartition("; ")
        return [failed(name, what, remedy)]
    return found if isinstance(found, list) else [found]


def _cache(project: Path) -> Path:
    from dvc.repo import Repo

    with Repo(str(project)) as repository:
        return Path(str(repository.cache.local.path))


def _params(project: Path) -> Any:
    """Return what params.yaml holds, or nothing: its own check says why."""
    try:
        return read_yaml(project / "params.yaml")
    except TakhtError:
        return None
