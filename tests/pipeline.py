"""What dvc.yaml declares, and what the code really imports."""

from pathlib import Path
from typing import Any

import yaml

from takht.runtime import code_hash

ROOT = Path(__file__).parents[1]
PIPELINES = [
    "dvc.yaml",
    *(f"{folder}/dvc.yaml" for folder in ("corpora", "checks", "generation", "report")),
]
MOST_PARTS = 3  # of a package that a stage lists; of more it lists the package itself
FILES = [ROOT / name for name in PIPELINES]
PIPELINE, *OTHERS = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES)
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
STAGES: dict[str, Any] = {
    name: body.get("do", body)
    for document in (PIPELINE, *OTHERS)
    for name, body in document["stages"].items()
}


def code_of(stage: str) -> set[str]:
    """The files under src/ that a stage's results depend on."""
    return {
        str(file.relative_to(ROOT)) for file in code_hash.import_closure(ROOT / f"src/{stage}.py")
    }


def code_deps(stage: str) -> list[str]:
    """What dvc.yaml lists of a stage's code: its file, and the packages that its imports enter."""
    packages = {str(Path(file).parent) for file in code_of(stage)} - {"src"}
    for parent in {str(Path(package).parent) for package in packages} - {"src/takht"}:
        inside = {package for package in packages if Path(package).parent == Path(parent)}
        if len(inside) > MOST_PARTS:
            packages = packages - inside | {parent}
    return [f"src/{stage}.py", *sorted(packages)]


def entries(stage: dict[str, Any], *kinds: str) -> set[str]:
    """The paths that a stage lists under the kinds (deps, outs, metrics, plots)."""
    listed = [entry for kind in kinds for entry in stage.get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}
