"""Whether params.yaml has every section that a stage reads, with values that it takes."""

import importlib.util
import itertools
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from takht.cli.doctor.finding import Finding, failed, ok
from takht.errors import TakhtError
from takht.runtime.by_name import require_known_names
from takht.runtime.params import Section, load_section
from takht.runtime.yaml_files import read_yaml


def check_settings(project: Path) -> list[Finding]:
    """Load every section of params.yaml as the stages do."""
    path = project / "params.yaml"
    try:
        values = read_yaml(path)
        scale = values["scale"]
    except TakhtError as error:
        return [failed("params.yaml", str(error).rpartition("; ")[0], "restore it from Git")]
    except (KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        return [failed("params.yaml", f"{path}: not readable ({reason})", "restore it from Git")]
    faults, count = list(_name_faults(path, values)), 0
    for section, names in _uses(project / "src", scale, values):
        count += 1
        try:
            load_section(section, names, path)
        except TakhtError as error:
            faults += str(error).splitlines()
    if not faults:
        return [ok("params.yaml", f"{count} sections, scale {scale}")]
    remedies: dict[str, str] = {}  # two checks may find the same
    for line in faults:
        what, _, remedy = line.rpartition("; ")
        remedies.setdefault(what, remedy)
    return [failed("params.yaml", what, remedy) for what, remedy in remedies.items()]


def _name_faults(path: Path, values: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with names; where a section is missing, put an empty one."""
    for place, remedy in (("experiments", "restore it from Git"), ("features", "write {}")):
        if not isinstance(values.get(place), dict):
            yield f"{path}: {place}: not a section, and dvc.yaml needs one; {remedy}"
            values[place] = {}
    pipeline = path.with_name("dvc.yaml")
    if pipeline.is_file():
        yield from _feature_faults(path, values, pipeline.read_text(encoding="utf-8"))
    try:
        require_known_names(path)
    except TakhtError as error:
        yield from str(error).splitlines()


def _feature_faults(path: Path, values: dict[str, Any], pipeline: str) -> Iterator[str]:
    """Yield the experiments whose features no stage makes, or that cannot learn from them."""
    made = set(re.findall(r"data/features/(\w+)", pipeline)) | set(values["features"])
    for key, each in values["experiments"].items():
        name = each.get("features") if isinstance(each, dict) else None
        place = f"{path}: experiments.{key}.features"
        if isinstance(name, str) and name not in made:
            yield f"{place}: nothing makes {name!r:.100}; write one of {', '.join(sorted(made))}"
        elif name == "statistics" and each.get("kind") == "network":
            yield f"{place}: a network needs frames, got statistics; write mel or mfcc"


def list_sections(src: Path) -> list[type[Section]]:
    """Return every section that a stage in a folder of stages reads, each once."""
    found: dict[str, type[Section]] = {}
    for path in sorted(src.glob("*.py")):
        for hint in get_type_hints(_stage(path)).values():
            if isinstance(hint, type) and issubclass(hint, Section):
                found[f"{hint.__module__}.{hint.__qualname__}"] = hint
    return list(found.values())


def _uses(
    src: Path, scale: str, values: dict[str, Any]
) -> Iterator[tuple[type[Section], dict[str, str]]]:
    """Yield each section with the names that its place is filled with."""
    choices = {
        "scale": [scale],
        "experiment": values["experiments"],
        "feature": values["features"],
    }
    for section in list_sections(src):
        fields = [name for _, name, _, _ in string.Formatter().parse(section.at) if name]
        for names in itertools.product(*(choices[name] for name in fields)):
            yield section, dict(zip(fields, names, strict=True))


def _stage(path: Path) -> Any:
    """Return the function of a stage's file, which has the file's name."""
    name = path.stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return getattr(sys.modules[name], name)
