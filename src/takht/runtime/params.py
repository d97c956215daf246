"""Read a section of params.yaml into a frozen model, or say exactly what is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from takht.errors import TakhtError
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


_MOST_SHOWN = 100  # characters of a wrong value
S = TypeVar("S", bound=Section)
Seed = Annotated[int, Field(ge=0, lt=2**32, description="seed of every draw for this purpose")]


def load_section(cls: type[S], names: Mapping[str, str], path: Path = Path("params.yaml")) -> S:
    """Return the section of the YAML file that `cls` describes.

    Raises:
        ParamError: the file is no sound YAML, or a section, key or value is missing, unknown or
            out of range; one line each.
    """
    place = cls.at.format_map(names)
    try:
        values: Any = read_yaml(path)
    except TakhtError as error:
        raise ParamError(str(error)) from None
    for key in place.split("."):
        if not isinstance(values, dict) or key not in values:
            raise ParamError(f"{path}: no section {place!r}; add it or fix its name")
        values = values[key]
    try:
        return cls.parse(values)
    except ValidationError as error:
        lines = (_line(path, place, dict(e)) for e in error.errors())
        raise ParamError("\n".join(lines)) from None


def _line(path: Path, place: str, error: dict[str, Any]) -> str:
    key = ".".join([place, *map(str, error["loc"])])
    advice = "fix the value"
    if error["type"] == "extra_forbidden":
        advice = "remove the key or fix its name"
    elif error["type"] == "float_type" and isinstance(error["input"], str):
        advice = "write a plain number without quotes"
    got = repr(error["input"])
    shown = got if len(got) <= _MOST_SHOWN else f"{got[:_MOST_SHOWN]}…"
    return f"{path}: {key}: {error['msg']}, got {shown}; {advice}"
