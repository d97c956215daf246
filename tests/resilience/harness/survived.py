"""docs/measured/reliability.json: what was survived. Each command writes the part of its name."""

import json
import sys
from pathlib import Path
from typing import Any


def keep(path: Path, part: str, found: object) -> None:
    """Write one part, as it stands; the others stay as they are."""
    results = read(path)
    results[part] = found
    path.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Return all parts that there are."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
