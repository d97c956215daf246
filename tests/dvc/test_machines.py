"""With real DVC: values reach no shell, numbers as -S writes them, experiments applied, no demo."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pipeline import PIPELINES, ROOT
from tiny_project import Project, ran

EVIL = "Ke$ha $(touch pwned) `touch pwned` 'x' \"y\" ; touch pwned #"


def test_every_value_in_a_command_is_quoted():
    """DVC quotes what it unpacks from a section; all else stands in single quotes."""
    for name in PIPELINES:
        document = yaml.safe_load((ROOT / name).read_text("utf-8"))
        for stage in document["stages"].values():
            for word in stage.get("do", stage)["cmd"].split():
                assert "${" not in word or word == "${corpus}" or re.fullmatch(r"'[^']*'", word)


@pytest.fixture
def mine(small, tmp_path):
    """A copy of a project that is built in part."""
    shutil.copytree(small.root, tmp_path / "mine", symlinks=True)
    return Project(tmp_path / "mine")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_root_with_every_sign_is_read_and_runs_nothing(mine):
    (mine.root / "data/raw").rename(mine.root / EVIL)
    values = mine.params()
    values["corpus"]["root"] = EVIL
    values["split"]["seed"] = 3
    mine.set_params(values)
    mine.run("dvc", "repro", "split")
    assert len((mine.root / "data/split.csv").read_text("utf-8").splitlines()) == 13
    assert not list(mine.root.rglob("pwned"))


def renamed(section, old):
    def rename(values, name):
        values[section] = {name if key == old else key: v for key, v in values[section].items()}

    return rename


# Every value that a pipeline puts into a command, and what gives it a name.
NAMED = {
    "experiment": ("dvc.yaml", renamed("experiments", "best")),
    "experiment of a check": ("checks/dvc.yaml", renamed("experiments", "best")),
    "feature": ("dvc.yaml", lambda values, name: values["features"].update({name: {}})),
    "features of an experiment": (
        "dvc.yaml",
        lambda values, name: values["experiments"]["best"].update(features=name),
    ),
    "scale": (
        "dvc.yaml",
        lambda values, name: (renamed("scales", "tiny")(values, name), values.update(scale=name)),
    ),
    "key beside corpus.root": (
        "dvc.yaml",
        lambda values, name: values["corpus"].update({name: "x"}),
    ),
}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("place", NAMED)
def test_a_name_that_a_shell_would_run_is_refused_before_anything_runs(mine, place):
    """By the line of DVC that `make setup` repairs; an apostrophe ends the quotes of dvc.yaml."""
    pipeline, rename = NAMED[place]
    names = ("it's", "a'; touch pwned; '", "a'$(touch pwned)'", "; touch pwned #", "../docs")
    for name in names if place == "experiment" else names[1:2]:  # one rule judges all places
        values = mine.params()
        rename(values, name)
        mine.set_params(values)
        printed = mine.run("dvc", "repro", pipeline, check=False)
        (line,) = [line for line in printed.splitlines() if line.startswith("ERROR")]
        assert f"the name {name!r} in params.yaml has other characters than" in line
        assert not ran(printed)
        assert not list(mine.root.rglob("pwned"))
        mine.run("git", "checkout", "--quiet", ".")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_small_numbers_and_apply(mine):
    """`-S x=0.00005`, no demo corpus; `exp apply`, as `make setup` repairs it."""
    rate = "experiments.mel_augmented.learning_rate=0.00005"
    printed = mine.run("dvc", "exp", "run", "--temp", "-S", rate, "train@mel_augmented")
    assert "train@mel_augmented" in ran(printed)
    assert not any("demo_corpus" in stage for stage in ran(printed))
    (first,) = mine.run("dvc", "exp", "list", "--name-only").split()
    mine.run("dvc", "exp", "apply", first)
    assert "5e-05" in (mine.root / "params.yaml").read_text("utf-8")


def lose(path):
    path.unlink()


def replace(path):
    path.unlink()
    path.write_bytes(b"another take")


def add_beside(path):
    path.with_name("not added.wav").write_bytes(b"a recording")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_apply_takes_no_recording_away_that_is_not_added(mine):
    """It refuses before it changes a file, a branch or a stash; outputs of stages it replaces."""
    other = "experiments.best.statistics=[quarter_tone_steps]"
    mine.run("dvc", "exp", "run", "--temp", "--name", "same", "-S", other, "evaluate@best")
    (mine.root / "README.md").write_text("not committed")
    recording = next((mine.root / "data/raw").rglob("*.wav"))
    for change in (add_beside, replace, lose):
        change(recording)
        before = state(mine)
        said = mine.run("dvc", "exp", "apply", "same", check=False)
        assert state(mine) == before
        (line,) = said.splitlines()
        assert line.startswith("ERROR: data/raw: ")
        assert "run `dvc add data/raw` and commit data/raw.dvc" in line
        (recording.parent / "not added.wav").unlink(missing_ok=True)
        recording.unlink(missing_ok=True)
        mine.run("dvc", "checkout", "data/raw")  # as the line says
    whole = recording.read_bytes()
    cache = mine.root / ".dvc/cache"
    cache.rename(mine.root / ".dvc/away")  # then nothing else has the recordings
    assert "is not in cache" in mine.run("dvc", "exp", "apply", "same", check=False)
    (mine.root / ".dvc/away").rename(cache)
    shutil.rmtree(mine.root / "data/raw")
    weights, card = (mine.root / "models/best" / name for name in ("weights.npz", "model.json"))
    replace(weights)
    mine.run("dvc", "exp", "apply", "same")
    assert json.loads(card.read_text("utf-8"))["statistics"] == ["quarter_tone_steps"]
    assert mine.run("dvc", "status", "evaluate@best", "train@best").endswith("are up to date.\n")
    assert recording.read_bytes() == whole


def state(project):
    """Every file's content but those of Git and DVC, and what Git has: refs and changes."""
    files = {
        path: path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and not {".git", ".dvc"} & set(path.parts)
    }
    return files, project.run("git", "for-each-ref"), project.run("git", "status", "--porcelain")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_folder_with_an_arabic_name_in_a_larger_repository(small, tmp_path):
    """What `make setup` repairs in configobj is what DVC writes its configuration with."""
    larger = tmp_path / "مجلد الموسيقى"
    shutil.copytree(small.root, larger / "repo", symlinks=True)
    shutil.move(larger / "repo/.git", larger / ".git")
    mine = Project(larger / "repo")
    mine.run("git", "add", "--all")
    mine.run("git", "commit", "--quiet", "--message", "moved")
    mine.run("dvc", "remote", "add", "--default", "team", str(tmp_path / "مخزن"))
    mine.run("git", "commit", "--quiet", "--all", "--message", "remote")
    mine.run("dvc", "exp", "run", "--temp", "-S", "split.seed=4", "split")
    mine.run("dvc", "push", "data/split.csv")
    told = mine.run("takht", "compare", "HEAD", check=False)
    assert "evaluate" in told or "macro" in told, told
    assert "error" not in told
    checked = mine.run("takht", "doctor", check=False)
    assert not [line for line in checked.splitlines() if re.match(r"failed +(git|dvc)", line)]


def test_another_release_than_the_repaired_one_is_refused(tmp_path):
    """The installed one is repaired; that it works is tested in test_way_back.py."""
    tool = [sys.executable, str(ROOT / "tools/repair_dvc.py")]
    assert subprocess.run(tool, capture_output=True, check=True).stderr == b""
    (tmp_path / "configobj").mkdir()
    (tmp_path / "configobj/__init__.py").write_text("# another release\n")
    found = {"capture_output": True, "text": True, "env": {"PYTHONPATH": str(tmp_path)}}
    done = subprocess.run(tool, check=False, **found)
    assert done.returncode == 1
    assert re.match(r"error: .*configobj.*: not the release that is repaired", done.stderr)


def environment(**changes):
    kept = {name: os.environ[name] for name in ("HOME", "PIP_FIND_LINKS") if name in os.environ}
    return kept | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"} | changes


@pytest.mark.slow
def test_set_up_goes_into_dot_venv_whatever_is_active(tmp_path):
    """pip and uv are stand-ins that write down what they are given."""
    here = tmp_path / "with space"
    here.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-gpu.lock"):
        shutil.copy(ROOT / name, here)
    (here / "tools").mkdir()
    shutil.copy(ROOT / "tools/repair_dvc.py", here / "tools")
    recipe = (here / "Makefile").read_text("utf-8")
    for tool in ("$(BIN)/python -m pip", "$(BIN)/uv pip sync", "$(BIN)/uv pip install"):
        assert f"\t{tool} " in recipe
        recipe = recipe.replace(f"\t{tool} ", "\t@env >>said; echo ")
    recipe = recipe.replace("\t$(BIN)/python tools/repair_dvc.py\n", "")
    (here / "Makefile").write_text(recipe, "utf-8")
    hostile = {
        "VIRTUAL_ENV": "/elsewhere",
        "CONDA_PREFIX": "/elsewhere",
        "UV_TARGET": "/elsewhere",
        "UV_SYSTEM_PYTHON": "1",
        "UV_PROJECT_ENVIRONMENT": "/elsewhere",
        "PIP_TARGET": "/elsewhere",
        "PYTHONPATH": "/elsewhere",
        "UV_INDEX_URL": "https://mirror.example",
    }
    subprocess.run(["make", "setup"], cwd=here, env=environment(**hostile), check=True)
    said = (here / "said").read_text()
    assert "/elsewhere" not in said
    assert "UV_INDEX_URL=https://mirror.example" in said
    assert (here / ".venv/bin/python").exists()
    done = subprocess.run(
        ["make", "setup", "PYTHON=/bin/false"],
        cwd=here, env=environment(), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "error: /bin/false: Python 3.11 to 3.13 is needed" in done.stdout + done.stderr
