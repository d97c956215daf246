"""Code by name: what params.yaml calls `resnet` is the module `resnet` of a package."""

import contextlib
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from takht.errors import TakhtError
from takht.runtime.yaml_files import read_yaml

_LIBRARY = Path(__file__).parents[1]
_NAME = re.compile("[a-z][a-z0-9_]*")


def load_by_name(package: str, name: str) -> Any:
    """Return the module of this name in `src/takht/<package>`.

    Raises:
        TakhtError: there is none; the line lists those that there are.
    """
    if fault := describe_unknown(package, name):
        raise TakhtError(f"src/takht/{package}: {fault}, got {name!r:.100}; fix the name")
    return importlib.import_module(f"takht.{package}.{name}")


def list_names(package: str) -> list[str]:
    """Return the names of the modules in `src/takht/<package>`, sorted."""
    return sorted(p.stem for p in (_LIBRARY / package).glob("*.py") if _NAME.fullmatch(p.stem))


def describe_unknown(package: str, name: Any) -> str:
    """Return what is wrong with a name, or nothing where the package has such a module."""
    # Not by listing the folder: a stage opens only what it declares.
    sound = isinstance(name, str) and _NAME.fullmatch(name)
    if sound and (_LIBRARY / package / f"{name}.py").is_file():
        return ""
    known = ", ".join(list_names(package)) or "none"
    return f"no file of this name in src/takht/{package} (known: {known})"


def require_known_names(path: Path = Path("params.yaml")) -> None:
    """Look at every name in params.yaml, so that a wrong one is refused before any work.

    Raises:
        TakhtError: names that no file has; one line each. What else may be wrong is not looked at.
    """
    values: Any = None
    with contextlib.suppress(TakhtError):
        values = read_yaml(path)
    faults = [
        f"{path}: {place}: {fault}, got {name!r:.100}; fix the name or write that file"
        for place, package, name in _named(values if isinstance(values, dict) else {})
        if (fault := describe_unknown(package, name))
    ]
    if faults:
        raise TakhtError("\n".join(faults))


def _named(values: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield the place of every name, the package it is looked up in, and the name."""

    def section(key: str) -> dict[str, Any]:
        found = values.get(key)
        return found if isinstance(found, dict) else {}

    if "method" in section("aug"):
        yield "aug.method", "augmentations", section("aug")["method"]
    for name in section("features"):
        yield f"features.{name}", "recipes", name
    for key, each in section("experiments").items():
        if isinstance(each, dict) and each.get("kind") in ("network", "discriminant"):
            yield f"experiments.{key}.model", f"{each['kind']}s", each.get("model")


def named_in(package: str, *others: str) -> AfterValidator:
    """Return the check of a field whose value names a module of the package, or is of `others`."""

    def check(name: str) -> str:
        if name not in others and (fault := describe_unknown(package, name)):
            known = f"not one of {', '.join(others)}, and " if others else ""
            raise PydanticCustomError("unknown_name", "{fault}", {"fault": known + fault})
        return name

    return AfterValidator(check)
