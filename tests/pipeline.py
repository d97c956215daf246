"""What dvc.yaml declares, and what the code really imports."""

import ast
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
# These route values, workers and messages; they compute nothing that reaches an output.
PLUMBING = {
    "src/takht/__init__.py",
    "src/takht/errors.py",
    "src/takht/jobs.py",
    "src/takht/machines.py",
    "src/takht/outputs.py",
    "src/takht/schema.py",
    "src/takht/stage.py",
}
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
    found: set[Path] = set()
    queue = [path]
    while queue:
        here = queue.pop()
        if here in found:
            continue
        found.add(here)
        for node in ast.walk(ast.parse(here.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{here}: relative import"
                names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            parents = [name.rsplit(".", depth)[0] for name in names for depth in range(3)]
            stems = (ROOT / "src" / name.replace(".", "/") for name in parents)
            queue += [
                file
                for stem in stems
                for file in (stem.with_suffix(".py"), stem / "__init__.py")
                if file.exists()
            ]
    return {str(file.relative_to(ROOT)) for file in found}


def entries(stage: dict[str, Any], *kinds: str) -> set[str]:
    """The paths that a stage lists under the kinds (deps, outs, metrics, plots)."""
    listed = [entry for kind in kinds for entry in stage.get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}
