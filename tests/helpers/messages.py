"""Every message with which the code refuses something, read from the code itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import ROOT

# Their messages are reasons, to which whoever catches them adds the place and a remedy.
REASONS = {"Unreadable", "Refused", "Damaged"}
ERRORS = {"TakhtError", "OptionError", "ParamError", "DiskFull", "Stopped", "UnusableRecording"}
ERRORS |= {"Mute", *REASONS}


@dataclass(frozen=True)
class Message:
    """A message, with `{}` for each value in it."""

    place: str
    error: str
    text: str


def raised() -> list[Message]:
    """Every message of an error of our own, in all modules."""
    return [found for path in sorted((ROOT / "src").rglob("*.py")) for found in _of_module(path)]


def classes() -> set[str]:
    """The names of all subclasses of TakhtError, and of it, wherever they are defined."""
    names = {"TakhtError"}
    trees = [ast.parse(path.read_bytes()) for path in sorted((ROOT / "src").rglob("*.py"))]
    for _ in range(3):
        for tree in trees:
            for node in ast.walk(tree):
                bases = node.bases if isinstance(node, ast.ClassDef) else []
                if any(isinstance(base, ast.Name) and base.id in names for base in bases):
                    names.add(node.name)
    return names


def _of_module(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_bytes())
    functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    for function in functions.values():
        for node in ast.walk(function):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = getattr(node.exc.func, "id", getattr(node.exc.func, "attr", ""))
                if name in ERRORS and node.exc.args:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    for text in _texts(node.exc.args[0], function, functions):
                        yield Message(place, name, text)


def _texts(
    node: ast.expr, function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]
) -> Iterator[str]:
    """The messages that an expression can be; those of lines are looked for where they are made."""
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        yield template(node)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in functions:
        yield from _returned(functions[node.func.id])
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "join":
        made = [n for n in ast.walk(function) if isinstance(n, ast.JoinedStr)]
        yield from {template(n) for n in made if ": " in template(n)}
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value, function, functions)


def _returned(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr | ast.Constant):
            yield template(node.value)


def template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return template(node.left) + template(node.right)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"  # type: ignore[attr-defined]
            for part in node.values
        )
    return f"{{{ast.unparse(node)}}}"
