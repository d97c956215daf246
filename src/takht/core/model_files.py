"""Files of a model folder, none of which is trusted: a card in JSON, arrays, weights of a network.

Models are passed from hand to hand. Whatever stands in such a file, reading it takes no more memory
than the file is large, runs nothing, and ends in a model whose numbers are sound, or in one line.
"""

import io
import math
import os
import tokenize
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from takht.core.regular_files import open_regular
from takht.errors import TakhtError

REMEDY = (
    "restore the folder with `dvc checkout`, or train the model again with `dvc repro` "
    "(generation: `dvc repro generation/dvc.yaml`)"
)
_CARD = "model.json"
_MOST_CARD_BYTES = 2**20
_MOST_BYTES = 2**32  # of arrays
_LARGEST = 1e9  # of weights; products of such numbers still fit into float32
_MOST_SHOWN = 160  # characters of what a library says
_FAULTS = (OSError, ValueError, TypeError, KeyError, EOFError, MemoryError, RuntimeError)
_HEADER_FAULTS = (SyntaxError, tokenize.TokenError)  # NumPy's, of an array whose head is no Python

C = TypeVar("C", bound=BaseModel)
Arrays = Mapping[str, NDArray[Any]]


def write_card(card: BaseModel, folder: Path) -> None:
    """Write the card into a model folder."""
    (folder / _CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_card(cls: type[C], folder: Path) -> C:
    """Return the card of a model folder, validated as `cls`.

    Raises:
        TakhtError: there is none, or it is of another shape; one line.
    """
    path = folder / _CARD
    try:
        return cls.model_validate_json(_read(path, _MOST_CARD_BYTES))
    except FileNotFoundError:
        raise TakhtError(f"{folder}: holds no model; {REMEDY}") from None
    except ValidationError as error:
        faults = ", ".join(map(_fault, error.errors(include_url=False)[:3]))
        raise TakhtError(
            f"{path}: not a model card of this version of takht ({faults}); {REMEDY}"
        ) from None
    except _FAULTS as error:
        raise _unreadable(path, error) from None


def _fault(error: Any) -> str:
    place = ".".join(str(each)[:40] for each in error["loc"][:5]) or "file"
    got = error["input"]
    shown = f", got {got!r}" if isinstance(got, str | int | float) and len(str(got)) < 40 else ""
    return f"{place}: {_short(error['msg'])}{shown}"


def write_arrays(folder: Path, name: str, arrays: Arrays) -> None:
    """Write arrays into `<name>.npz` of a model folder; equal arrays become equal bytes.

    `numpy.savez` leaves part of the headers to the version of Python.
    """
    with zipfile.ZipFile(folder / f"{name}.npz", "w") as archive:
        for key in sorted(arrays):
            member, content = zipfile.ZipInfo(f"{key}.npy"), io.BytesIO()
            member.create_system = 3  # Unix, wherever it is written
            np.lib.format.write_array(content, arrays[key], version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue())


def read_arrays(folder: Path, name: str, *, largest: float = _LARGEST) -> dict[str, NDArray[Any]]:
    """Return the arrays of `<name>.npz`, whose numbers are at most `largest`.

    Raises:
        TakhtError: the file is not there, or holds something else; one line.
    """
    path = folder / f"{name}.npz"
    try:
        with zipfile.ZipFile(io.BytesIO(_read(path, _MOST_BYTES))) as archive:
            return dict(_arrays(archive, largest))
    except (*_FAULTS, *_HEADER_FAULTS, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from None


def _arrays(archive: zipfile.ZipFile, largest: float) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield names and arrays; as `write_arrays` writes them, nothing is packed."""
    members = archive.infolist()
    if any(each.compress_type != zipfile.ZIP_STORED for each in members):
        raise ValueError("packed arrays, which can be larger than memory")
    if sum(each.file_size for each in members) > archive.fp.seek(0, os.SEEK_END):  # type: ignore[union-attr]
        raise ValueError("arrays that share their bytes")
    for each in members:
        yield each.filename.removesuffix(".npy"), _array(each.filename, archive.read(each), largest)


def _array(name: str, content: bytes, largest: float) -> NDArray[Any]:
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{name[:40]}: an array of version {version}")
    shape, in_columns, kind = np.lib.format.read_array_header_1_0(file)
    left = len(content) - file.tell()
    sound = kind.kind in "fiu" and min(shape, default=1) >= 0
    if not sound or math.prod(shape) * kind.itemsize != left:
        raise ValueError(f"{name[:40]}: {left} bytes for numbers {kind.str[:20]} of shape {shape}")
    flat = np.frombuffer(content, kind, offset=file.tell())
    _require_sound(name, flat, largest)
    return flat.reshape(shape, order="F" if in_columns else "C").copy()


def require_weights(path: Path) -> int:
    """Return how many numbers a file of a network's weights holds.

    Raises:
        TakhtError: it is not HDF5, has links or compressed data, or holds numbers that are not
            sound; one line.
    """
    import h5py  # a tenth of a second

    try:
        with open_regular(path), h5py.File(path, "r") as file:
            return sum(_count(file))
    except _FAULTS as error:
        raise _unreadable(path, error) from None


def _count(group: Any) -> Iterator[int]:
    """Yield how many numbers each array of a group holds, and those of its groups."""
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name[:40]}: a link")
        each = group[name]
        if isinstance(each, h5py.Group):
            yield from _count(each)
            continue
        if each.dtype.kind not in "fiu" or each.is_virtual or each.external:
            raise ValueError(f"{name[:40]}: no numbers of its own")
        if each.id.get_storage_size() != each.nbytes or each.compression:
            raise ValueError(f"{name[:40]}: packed numbers, which can be larger than memory")
        _require_sound(name, each[...])
        yield each.size


def _require_sound(name: str, numbers: NDArray[Any], largest: float = _LARGEST) -> None:
    if numbers.size and not (-largest <= numbers.min() and numbers.max() <= largest):  # NaN neither
        raise ValueError(f"{name[:40]}: numbers beyond {largest:g}, or none at all")


def mismatch_error(folder: Path, reason: object) -> TakhtError:
    """Return the error that files of a model folder do not belong together."""
    return TakhtError(
        f"{folder}: its files do not belong to one model ({_short(str(reason))}); {REMEDY}"
    )


def _unreadable(path: Path, error: BaseException) -> TakhtError:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return TakhtError(f"{path}: is not readable ({_short(said)}); {REMEDY}")


def _short(text: str) -> str:
    """Return the text on one line, and only its beginning."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]}…"


def _read(path: Path, most: int) -> bytes:
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"{size} bytes, the most is {most}")
        return file.read(most)
