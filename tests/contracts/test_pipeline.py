"""dvc.yaml tells the truth: what a stage declares is exactly what it imports and touches."""

import ast
import importlib
import os
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import get_type_hints

import h5py
import numpy as np
import pytest
import soundfile
from deps import FILES, code_deps, code_of
from dvc.utils.serialize import modify_yaml
from pipeline import ONES_OF_MANY, PARAMS, PIPELINE, ROOT, STAGES, entries

from takht.runtime.params import Section

WRITTEN = ("outs", "metrics", "plots")


def test_every_stage_is_a_file_and_every_file_is_a_stage():
    assert {path.stem for path in (ROOT / "src").glob("*.py")} == set(STAGES)


def test_the_pipelines_files_stay_short():
    assert sum(file.read_text(encoding="utf-8").count("\n") for file in FILES) <= 660


def test_a_stage_runs_the_function_of_its_file_that_has_its_name():
    for name, stage in STAGES.items():
        module = ast.parse((ROOT / f"src/{name}.py").read_bytes())
        assert stage["cmd"].split()[:2] == ["python", f"src/{name}.py"]
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        assert (ast.get_docstring(module) or "").startswith(f"{name}: ")


def test_a_stage_stays_thin():
    for name in STAGES:
        source = (ROOT / f"src/{name}.py").read_text(encoding="utf-8")
        body = ast.parse(source).body
        ends = [n.end_lineno or 0 for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
        assert source.count("\n") - max(ends) <= 75, name


def test_code_deps_hold_all_code_that_can_change_the_output():
    for name, stage in STAGES.items():
        declared = [dep for dep in stage["deps"] if dep.startswith("src/")]
        assert declared == code_deps(name, is_one_of=name in ONES_OF_MANY), "run `make deps`"
        patterns = [dep if dep.endswith(".py") else f"{dep}/*" for dep in declared]
        patterns = [re.sub(r"\$\{.*?\}", "*", pattern) for pattern in patterns]
        undeclared = [
            file
            for file in code_of(name)
            if not any(fnmatch(file, pattern) for pattern in patterns)
        ]
        assert undeclared == [], name


def test_every_package_that_is_declared_is_entered():
    unentered = [
        (name, dep)
        for name, stage in STAGES.items()
        for dep in stage["deps"]
        if dep.startswith("src/takht/") and dep != "src/takht/core" and "$" not in dep
        if not any(dep in (file, str(Path(file).parent)) for file in code_of(name))
    ]
    assert unentered == []


def test_paths_on_the_command_line_are_the_declared_ones():
    for name, stage in STAGES.items():
        declared = entries(stage, "deps", "outs", "metrics", "plots")
        declared = {path for path in declared if not path.startswith("src/")}
        command = stage["cmd"].replace("${corpus}", "${corpus.root}")  # DVC quotes the first
        words = {word for word in shlex.split(command)[2:] if "=" not in word}
        if stage.get("always_changed"):  # it looks for what may not be there each time it is asked
            assert words >= declared, name
        else:
            assert words == declared, name


def test_params_are_the_sections_the_function_takes():
    for name, stage in STAGES.items():
        hints = get_type_hints(getattr(importlib.import_module(name), name))
        taken = {kind.at for kind in hints.values() if issubclass(kind, Section)}
        declared = {
            place.replace("${scale}", "{scale}").replace(
                "${key}", "{feature}" if name == "feature" else "{experiment}"
            )
            for place in stage.get("params", [])
        }
        assert taken == declared, name


def test_no_path_of_the_project_stands_in_code():
    """Every path that a stage writes reaches it as an argument."""
    tops = {path.split("/")[0] for stage in STAGES.values() for path in entries(stage, *WRITTEN)}
    assert tops >= {"data", "models", "metrics", "plots"}
    tops |= {"reports"}
    paths = tuple(f"{top}/" for top in tops)
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for file in {ROOT / path for name in STAGES for path in code_of(name)}
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Constant) and str(node.value).startswith(paths)
    ]
    assert found == []


def test_small_results_are_in_git_and_arrays_and_models_are_not():
    for stage in STAGES.values():
        for kind in ("metrics", "plots"):
            for entry in stage.get(kind, []):
                assert all(options["cache"] is False for options in entry.values())
        for entry in stage.get("outs", []):
            path, options = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
            folders = ("metrics/",) if options.get("cache") is False else ("data/", "models/")
            assert path.startswith(folders)


def test_learning_curves_of_all_networks_are_one_plot():
    (plot,) = [plot["learning curves"] for plot in PIPELINE["plots"] if "learning curves" in plot]
    (curve,) = entries(STAGES["train"], "plots")
    networks = [key for key, each in PARAMS["experiments"].items() if each["kind"] == "network"]
    assert set(plot["y"]) == {curve.replace("${key}", key) for key in networks}


READERS = {
    "python": "open('other/x').read()",
    "numpy": "import numpy; numpy.load('other/x.npy', mmap_mode='r')",
    "soundfile": "import soundfile; soundfile.read('other/x.wav')",
    "h5py": "import h5py; h5py.File('other/x.h5')",
    "ffmpeg": "import pathlib; from takht.audio.probe import probe; "
    "probe(pathlib.Path('other/x.mp3'), 8000, print)",
    "listing": "from pathlib import Path; list(Path('other').iterdir())",
}


@pytest.mark.parametrize("reader", READERS)
def test_the_auditor_sees_a_file_opened_in_every_way_that_stages_use(reader, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/x").write_text("x")
    np.save(tmp_path / "other/x.npy", np.zeros(3))
    soundfile.write(tmp_path / "other/x.wav", np.zeros(99), 8000)
    soundfile.write(tmp_path / "other/x.mp3", np.zeros(9999), 8000)
    h5py.File(tmp_path / "other/x.h5", "w").close()
    (tmp_path / "stage.py").write_text(READERS[reader])
    log = tmp_path / "log"
    command = [sys.executable, ROOT / "tests/helpers/auditor.py", log, "stage.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, cwd=tmp_path, check=True, env=environment)
    assert any(line.startswith("other") for line in log.read_text().splitlines())


def test_an_experiment_changes_one_line_of_params_yaml(tmp_path):
    """DVC writes the file anew: in another form than its own, ideas would conflict in Git."""
    copy = tmp_path / "params.yaml"
    copy.write_bytes((ROOT / "params.yaml").read_bytes())
    before = copy.read_text(encoding="utf-8").splitlines()
    with modify_yaml(copy) as params:
        params["split"]["seed"] += 1
    after = copy.read_text(encoding="utf-8").splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
