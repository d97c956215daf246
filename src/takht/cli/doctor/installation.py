"""Python and the packages, against what the project asks for."""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from takht.cli.doctor.finding import Finding, failed, ok, warning

_LOCKED = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)


def check_python(project: Path) -> Finding:
    """Check the version of Python against pyproject.toml."""
    here = sys.version.split()[0]
    wanted = _pyproject(project).get("requires-python", ">=3.11")
    if SpecifierSet(wanted).contains(here):
        return ok("python", f"{here} at {sys.executable}")
    return failed(
        "python", f"{here}, {wanted} is needed", "make .venv again: `make setup PYTHON=python3.11`"
    )


def check_packages(project: Path) -> Finding:
    """Check every installed package against requirements.lock, or else pyproject.toml."""
    lock = project / "requirements.lock"
    wrong = list(_not_as_locked(lock) if lock.exists() else _not_as_required(project))
    source = lock.name if lock.exists() else "pyproject.toml"
    missing = [name for name, found, _ in wrong if found is None]
    if missing:
        return failed("packages", f"missing: {', '.join(missing)}", "run `make setup`")
    if wrong:
        shown = ", ".join(f"{name} {found}, not {wanted}" for name, found, wanted in wrong[:5])
        return warning(
            "packages",
            f"{len(wrong)} not as in {source}: {shown}",
            "run `make setup`; other versions may round differently",
        )
    return ok("packages", f"as in {source}")


def _not_as_locked(lock: Path) -> Iterator[tuple[str, str | None, str]]:
    for name, wanted, marker in _LOCKED.findall(lock.read_text("utf-8")):
        if marker and not Marker(marker.strip()).evaluate():
            continue
        found = _version(name)
        if found != wanted:
            yield name, found, wanted


def _not_as_required(project: Path) -> Iterator[tuple[str, str | None, str]]:
    for text in _pyproject(project).get("dependencies", []):
        asked = Requirement(text)
        if asked.marker and not asked.marker.evaluate():
            continue
        found = _version(asked.name)
        if found is None or not asked.specifier.contains(found, prereleases=True):
            yield asked.name, found, str(asked.specifier)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _pyproject(project: Path) -> dict[str, Any]:
    path = project / "pyproject.toml"
    if not path.exists():
        return {}
    found: dict[str, Any] = tomllib.loads(path.read_text("utf-8")).get("project", {})
    return found
