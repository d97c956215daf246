"""What a function's results depend on beside its arguments: its code and its libraries."""

import ast
import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from email.parser import HeaderParser
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from typing import Any

SRC = Path(__file__).resolve().parents[2]
# It carries values, workers and messages, and computes nothing that reaches an output.
PLUMBING = ("takht/runtime/", "takht/cache/", "takht/errors.py", "takht/stage.py")
# These act through plumbing, on the arithmetic of every stage.
EVERYWHERE = ("takht/core/environment.py", "takht/core/threads.py")


def hash_function(function: Callable[..., Any]) -> str:
    """Return a hash of the code behind a function and of the versions of what that imports.

    Behind it is the module it stands in with all that this imports from here, but for plumbing.
    """
    while isinstance(function, partial):
        function = function.func
    module = sys.modules[function.__module__]
    start = Path(str(module.__file__)).resolve()
    return hashlib.sha256(
        json.dumps([function.__qualname__, _of_file(start), sys.version_info[:2]]).encode()
    ).hexdigest()


@cache
def hash_package() -> str:
    """Return a hash of all code of the package: machines that share a run must have the same."""
    files = sorted((SRC / "takht").rglob("*.py"))
    return _hash((path.relative_to(SRC).as_posix(), path.read_bytes()) for path in files)


@cache
def _of_file(start: Path) -> str:
    files = sorted(import_closure(start))
    names = {name.split(".")[0] for path in files for name in list_imports(path)}
    packages = sorted({each for name in names for each in _packages(name)})
    return _hash(
        [
            *((_name(path), path.read_bytes()) for path in files),
            *((package, _name_and_version(package)[1].encode()) for package in packages),
        ]
    )


def _packages(name: str) -> list[str]:
    """Return the installed packages that a module of this name comes from."""
    if name in sys.stdlib_module_names or (SRC / name).exists():
        return []
    with contextlib.suppress(PackageNotFoundError):
        return [_name_and_version(name)[0]]  # most are called as their module is
    return _distributions().get(name, [])


@cache
def _name_and_version(package: str) -> tuple[str, str]:
    found = distribution(package)
    text = found.read_text("METADATA")  # most of it is a description, which takes long to parse
    fields = HeaderParser().parsestr(text.partition("\n\n")[0]) if text else found.metadata
    return str(fields["Name"]), str(fields["Version"])


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Return the packages of every module; it reads the list of files of each, a fifth second."""
    return packages_distributions()


def import_closure(start: Path) -> set[Path]:
    """Return the files of this folder of sources whose code a file's results depend on.

    Itself, what it imports, directly or not, and what acts everywhere. Plumbing is left out with
    all that only plumbing imports, and so is `__init__.py`, which computes nothing.
    """
    found: set[Path] = set()
    queue = [start, *(SRC / name for name in EVERYWHERE)]
    while queue:
        here = queue.pop()
        if here in found or _name(here).startswith(PLUMBING):
            continue
        found.add(here)
        files = (SRC / f"{name.replace('.', '/')}.py" for name in list_imports(here))
        queue += [file for file in files if file.exists()]
    return found


@cache
def list_imports(path: Path) -> frozenset[str]:
    """Return the dotted names that a file imports anywhere in it, and all their parents.

    Raises:
        ImportError: an import is relative, which nothing here resolves.
    """
    return frozenset(
        parent
        for name in _imports(path)
        for parent in (name.rsplit(".", depth)[0] for depth in range(3))
    )


def _imports(path: Path) -> Iterator[str]:
    for node in _statements(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ImportError(f"{path}: relative import; write the whole name")
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement below a node; unlike `ast.walk`, it does not enter expressions."""
    for part in ("body", "orelse", "handlers", "finalbody", "cases"):
        for child in getattr(node, part, ()):
            yield child
            yield from _statements(child)


def _name(path: Path) -> str:
    return path.relative_to(SRC).as_posix() if path.is_relative_to(SRC) else path.name


def _hash(parts: Any) -> str:
    digest = hashlib.sha256()
    for name, content in parts:
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
