"""What dvc.yaml declares, and what the code really imports."""

from pathlib import Path
from typing import Any

import yaml

from takht import code_identity

ROOT = Path(__file__).parents[1]
PLUMBING = {f"src/{name}" for name in code_identity.PLUMBING}
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
CHECKS = yaml.safe_load((ROOT / "checks/dvc.yaml").read_text(encoding="utf-8"))
GENERATION = yaml.safe_load((ROOT / "generation/dvc.yaml").read_text(encoding="utf-8"))
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
STAGES: dict[str, Any] = {
    name: body.get("do", body)
    for document in (PIPELINE, CHECKS, GENERATION)
    for name, body in document["stages"].items()
}


def import_closure(path: Path) -> set[str]:
    """Files under src/ that `path` imports, directly or not, itself included."""
    return {str(file.relative_to(ROOT)) for file in code_identity.closure(path)}


def entries(stage: dict[str, Any], *kinds: str) -> set[str]:
    """The paths that a stage lists under the kinds (deps, outs, metrics, plots)."""
    listed = [entry for kind in kinds for entry in stage.get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}
