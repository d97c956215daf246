"""Read a section of params.yaml into a frozen model, or say exactly what is wrong."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from takht.errors import TakhtError
from takht.runtime.renamed import RENAMED, old_name_in
from takht.runtime.yaml_files import read_yaml


class ParamError(TakhtError):
    """A value in params.yaml that the pipeline cannot accept."""


class Section(BaseModel):
    """One section of params.yaml: unknown keys are refused, values are never converted.

    `at` is the section's place in the file, dots between keys; a `{name}` in it is filled from
    the stage's command line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    at: ClassVar[str]

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the section that the values describe; a section of several kinds picks one."""
        return cls.model_validate(values)


_NAME = re.compile(r"[A-Za-z0-9_-]+")  # it stands in paths and in commands of dvc.yaml
_MOST_SHOWN = 100  # characters of a wrong value
S = TypeVar("S", bound=Section)
Seed = Annotated[int, Field(ge=0, lt=2**32, description="seed of every draw for this purpose")]


def load_section(cls: type[S], names: Mapping[str, str], path: Path = Path("params.yaml")) -> S:
    """Return the section of the YAML file that `cls` describes.

    Raises:
        ParamError: a name has other characters than letters, digits, _ and -; the file is no sound
            YAML; a section, key or value is missing, unknown or out of range; one line each.
    """
    for role, name in names.items():
        if not _NAME.fullmatch(str(name)):
            raise ParamError(
                f"{path}: the {role} name {name!r:.100} has other characters than A-Z, a-z, 0-9, _ "
                "and -; rename it"
            )
    try:
        place = cls.at.format_map(names)
    except KeyError as missing:
        role = missing.args[0]
        raise ParamError(
            f"{role}=NAME: not given; write it before the paths, as dvc.yaml does"
        ) from None
    try:
        values: Any = read_yaml(path)
    except TakhtError as error:
        raise ParamError(str(error)) from None
    for key in place.split("."):
        if old := old_name_in(values, key):
            remedy = "move it a level up" if "." in old else "rename it"
            raise ParamError(f"{path}: {old!r} is now called {key!r}; {remedy}")
        if not isinstance(values, dict) or key not in values:
            raise ParamError(f"{path}: no section {place!r}; add it or fix its name")
        values = values[key]
    try:
        return cls.parse(values)
    except ValidationError as error:
        kind = values.get("kind") if isinstance(values, dict) else None
        lines = (_line(path, place, kind, dict(e)) for e in error.errors())
        raise ParamError("\n".join(lines)) from None


def _line(path: Path, place: str, kind: Any, error: dict[str, Any]) -> str:
    """Return the line about one error; `kind` tells which of several models was asked."""
    within, found = error["loc"], error["input"]
    message = error["msg"].removeprefix("Value error, ")
    if within[:1] == (kind,):
        within = within[1:]
    advice = "fix the value"
    if error["type"].startswith("union_tag"):
        within, found = (*within, "kind"), kind
        message = "no kind of this section" if kind is not None else "Field required"
        tags = error.get("ctx", {}).get("expected_tags", "the kind, as the repository's own file")
        advice = f"write {tags}"
    elif error["type"] == "extra_forbidden":
        new = RENAMED.get(str(within[-1]))
        advice = f"it is now called {new}" if new else "remove the key or fix its name"
    elif isinstance(found, str) and found in RENAMED:
        advice = f"it is now called {RENAMED[found]}"
    elif error["type"] == "float_type" and isinstance(found, str):
        advice = "write a plain number without quotes"
    key = ".".join([place, *map(str, within)])
    got = repr(found)
    shown = got if len(got) <= _MOST_SHOWN else f"{got[:_MOST_SHOWN]}…"
    return f"{path}: {key}: {message}, got {shown}; {advice}"
