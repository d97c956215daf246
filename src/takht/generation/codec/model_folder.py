"""Folders of generation models: arrays without pickles, and a card that says what they are."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from takht.errors import TakhtError

_NAME = "model.json"
_REMEDY = "run `dvc repro generation/dvc.yaml`, or restore the folder with `dvc checkout`"

Arrays = Mapping[str, NDArray[np.floating[Any]]]


class GenerationCard(BaseModel):
    """What every kind of model says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    kind: str
    version: Literal[1] = 1
    features: dict[str, Any] = Field(description="how the spectrograms were made")
    model: dict[str, Any] = Field(description="its sections of params.yaml")
    training: dict[str, Any]
    parameters: int = Field(ge=0, description="numbers that training chose")
    libraries: dict[str, str] = Field(description="versions that trained it")


C = TypeVar("C", bound=GenerationCard)


def write_card(card: GenerationCard, folder: Path) -> None:
    """Write the card into a model folder."""
    text = card.model_dump_json(indent=2) + "\n"
    (folder / _NAME).write_text(text, encoding="utf-8")


def read_card(cls: type[C], folder: Path) -> C:
    """Return the card of a model folder.

    Raises:
        TakhtError: there is none, or it is of another kind or version; one line.
    """
    path = folder / _NAME
    try:
        return cls.model_validate_json(path.read_bytes())
    except OSError:
        raise TakhtError(f"{folder}: holds no model; {_REMEDY}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        found = f", got {first['input']!r}" if place in ("kind", "version") else ""
        raise TakhtError(f"{path}: {place}: {first['msg']}{found}; {_REMEDY}") from None


def write_arrays(folder: Path, name: str, arrays: Arrays) -> None:
    """Write arrays into `<name>.npz` of a model folder; equal arrays become equal bytes."""
    np.savez(folder / f"{name}.npz", **{key: arrays[key] for key in sorted(arrays)})  # type: ignore[arg-type]


def read_arrays(folder: Path, name: str) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of `<name>.npz`.

    Raises:
        TakhtError: the file is not there, or holds something else; one line.
    """
    path = folder / f"{name}.npz"
    try:
        # Read whole: NumPy leaves a spoilt file open.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            found = {key: arrays[key] for key in arrays.files}
        if not all(isinstance(each, np.ndarray) for each in found.values()):
            raise TypeError("no array")  # NumPy gives the bytes of what is none
        return found
    except (
        *(OSError, ValueError, EOFError, TypeError, BadZipFile),
        MemoryError,  # of a header that claims more than there is
    ) as error:
        reason = " ".join(str(error).split())
        raise TakhtError(f"{path}: is not readable ({reason}); {_REMEDY}") from None


def mismatch_error(folder: Path, reason: str) -> TakhtError:
    """Return the error that files of a model folder do not belong together."""
    return TakhtError(f"{folder}: its files are not of one model ({reason}); {_REMEDY}")
