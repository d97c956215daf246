"""What people type and what machines run for them agree: Makefile, hooks, workflows."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from pipeline import ROOT

BIN = Path(sys.executable).parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = dict(re.findall(r"^([a-z-]+):[^\n]*?## (.+)$", MAKEFILE, re.MULTILINE))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
HOOKS = [
    hook
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repo["hooks"]
]


def test_make_help_lists_every_target():
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert {line.split()[0] for line in shown.splitlines()} == phony == set(TARGETS)
    assert {"setup", "test", "repro", "public-corpus", "compare", "lint", "bench"} <= phony


@pytest.mark.parametrize("target", TARGETS)
def test_the_scripts_that_a_target_runs_are_there(target):
    planned = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for script in re.findall(r"python (\S+\.py)", planned):
        assert (ROOT / script).is_file()


def test_a_set_up_for_a_gpu_replaces_another_and_stays(tmp_path):
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-gpu.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/repair_dvc.py").touch()
    ready = tmp_path / ".venv/bin"
    ready.mkdir(parents=True)
    (ready / "python").symlink_to(sys.executable)
    packages = tmp_path / ".venv/lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (packages / "src_takht.pth").write_text(f"{tmp_path}/src\n")

    def planned(*words):
        argv = ["make", "--dry-run", "setup", *words]
        done = subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True, text=True)
        return re.findall(r"sync .* (\S+\.lock)|rm .*/(\.ready-\*)", done.stdout)

    assert planned() == [("", ".ready-*"), ("requirements.lock", "")]
    (ready / ".ready-cpu").touch()
    assert planned() == []
    assert planned("EXTRA=gpu") == [("", ".ready-*"), ("requirements-gpu.lock", "")]
    (ready / ".ready-cpu").rename(ready / ".ready-gpu")
    assert planned() == []
    (packages / "src_takht.pth").write_text("/elsewhere/src\n")  # the folder was moved
    assert planned() == [("", ".ready-*"), ("requirements-gpu.lock", "")]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_local_and_runs_a_tool_of_the_environment(hook):
    assert hook["language"] in ("system", "pygrep")  # neither downloads anything
    assert re.compile(hook.get("files", ""))
    if hook["language"] == "system":
        tool = hook["entry"].split()[0]
        assert tool.startswith(".venv/bin/")
        assert (BIN / Path(tool).name).exists()


def test_the_hook_for_locks_sees_an_address():
    (hook,) = [hook for hook in HOOKS if hook["language"] == "pygrep"]
    assert re.search(hook["entry"], "--index-url https://pypi.example.org/simple")
    for lock in ROOT.glob("requirements*.lock"):
        assert re.fullmatch(hook["files"].removesuffix("$"), lock.name)
        assert not re.search(hook["entry"], lock.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_targets_that_there_are_and_may_only_read(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set((workflow["permissions"] or {}).values()) <= {"read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    targets = re.findall(r"^make (\S+)", "\n".join(step.get("run", "") for step in steps), re.M)
    assert set(targets) <= set(TARGETS)
    for step in steps:
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v1"))
        assert ("uses" in step) != ("run" in step)
        assert "${{" not in step.get("run", "")  # what others wrote reaches a shell by env only


def test_the_workflow_tests_the_oldest_python_that_is_promised():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.match(r">=([\d.]+)", project["requires-python"])[1] == min(versions)
