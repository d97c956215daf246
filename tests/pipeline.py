"""What dvc.yaml declares, and what the code really imports."""

from pathlib import Path
from typing import Any

import yaml

from takht.runtime import code_hash as code_identity

ROOT = Path(__file__).parents[1]
PLUMBING = {f"src/{name}" for name in code_identity.PLUMBING}
FILES = [
    ROOT / name
    for name in ("dvc.yaml", "checks/dvc.yaml", "generation/dvc.yaml", "report/dvc.yaml")
]
PIPELINE, *OTHERS = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES)
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
STAGES: dict[str, Any] = {
    name: body.get("do", body)
    for document in (PIPELINE, *OTHERS)
    for name, body in document["stages"].items()
}


def import_closure(path: Path) -> set[str]:
    """Files under src/ that `path` imports, directly or not, itself included."""
    return {str(file.relative_to(ROOT)) for file in code_identity.closure(path)}


def entries(stage: dict[str, Any], *kinds: str) -> set[str]:
    """The paths that a stage lists under the kinds (deps, outs, metrics, plots)."""
    listed = [entry for kind in kinds for entry in stage.get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}
