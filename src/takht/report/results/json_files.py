"""JSON objects on file."""

import json
from pathlib import Path
from typing import Any

from takht.errors import TakhtError


def read_json(path: Path) -> dict[str, Any]:
    """Return what the file holds.

    Raises:
        TakhtError: it is not a JSON object in UTF-8.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TakhtError(f"{path}: not JSON ({error}); run the stage that writes it") from None
    if not isinstance(values, dict):
        raise TakhtError(f"{path}: an object was expected, got a {type(values).__name__}; fix it")
    return values
