"""YAML as DVC reads it: numbers of YAML 1.2, no key twice, no aliases that explode."""

import copy
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from takht.errors import TakhtError

_MOST_CHARACTERS = 10_000_000  # dvc.lock of 10,000 stages
_MOST_VALUES = 1_000_000


class _Loader(yaml.SafeLoader):
    """PyYAML reads YAML 1.1: 1e-3 is text to it, 010 is eight and `no` is false."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith((":bool", ":int", ":float"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, _pattern, _first in [
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[\da-fA-F_]+|\d[\d_]*)$", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?|\d[\d_]*[eE][-+]?\d+)$"
        r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$",
        "-+0123456789.",
    ),
]:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), list(_first))


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    return int(text, 0 if text.lstrip("-+")[:2] in {"0b", "0o", "0x"} else 10)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {name!r} appears twice", key.start_mark
            )
        seen.add(name)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        TakhtError: it cannot be read, or is not sound; one line.
    """
    try:
        return copy.deepcopy(_parse_once(path.read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:300]
        raise TakhtError(f"{path}: not readable as YAML ({reason}); fix or restore it") from None


@lru_cache(maxsize=1)  # a stage reads params.yaml for each of its sections
def _parse_once(content: bytes) -> Any:
    return parse_yaml(content)


def parse_yaml(content: bytes) -> Any:
    """Return what YAML in UTF-8 holds.

    Raises:
        ValueError, TypeError, RecursionError, yaml.YAMLError: it is none, or too much.
    """
    text = content.decode("utf-8")
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters, the most is {_MOST_CHARACTERS}")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        _require_few(node)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def look_up(values: Any, *keys: str) -> Any:
    """Return what mappings hold below these keys, or None."""
    for key in keys:
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _require_few(top: yaml.Node | None) -> None:
    """Count nodes as often as aliases repeat them: some lines can stand for billions."""
    left: list[Any] = [top]
    for _ in range(_MOST_VALUES):
        if not left:
            return
        value = getattr(left.pop(), "value", None)
        if isinstance(value, list):
            left += [part for each in value for part in (each if type(each) is tuple else [each])]
    raise ValueError(f"more than {_MOST_VALUES} values with its aliases written out")


def list_values(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value of nested sections with its name: keys, with dots between them."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from list_values(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
