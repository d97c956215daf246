"""What the dvc.yaml files and params.yaml declare."""

from typing import Any

import yaml
from deps import FILES, ROOT

PIPELINES = [str(file.relative_to(ROOT)) for file in FILES]

PIPELINE, *OTHERS = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES)
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
STAGES: dict[str, Any] = {
    name: body.get("do", body)
    for document in (PIPELINE, *OTHERS)
    for name, body in document["stages"].items()
}
ONES_OF_MANY = {
    name
    for document in (PIPELINE, *OTHERS)
    for name, body in document["stages"].items()
    if "foreach" in body
}


def entries(stage: dict[str, Any], *kinds: str) -> set[str]:
    """The paths that a stage lists under the kinds (deps, outs, metrics, plots)."""
    listed = [entry for kind in kinds for entry in stage.get(kind, [])]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}
