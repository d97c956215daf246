"""Experiments on a fresh clone: try, fail, go back, try again, keep; and what DVC says there."""

import os
import re
import shutil

import pytest
import shell_blocks
import tiny_project
from pipeline import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first builds the project
PAGE = (ROOT / "docs/your-music.md").read_text(encoding="utf-8")
COMMANDS = [text for _, text in shell_blocks.texts(PAGE)]
BAD = "experiments.best.seed=-1"
UP_TO_DATE = "Data and pipelines are up to date.\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone after `dvc repro`: of generation, its lock is there, and no output anywhere."""
    built = tiny_project.built(tmp_path_factory, "clone")
    mine = tiny_project.Project(built.root.with_name("mine"))
    built.run("git", "clone", "--quiet", ".", str(mine.root))
    for name, value in (("name", "Test"), ("email", "test@example.org")):
        mine.run("git", "config", f"user.{name}", value)
    shutil.copy(ROOT / "Makefile", mine.root)
    mine.commit("Makefile")
    cache = built.root / ".dvc/cache"
    mine.run("dvc", "remote", "add", "--local", "--default", "first", str(cache))
    mine.run("dvc", "pull", "--quiet", "dvc.yaml", "data/raw.dvc")
    mine.run("dvc", "remote", "remove", "--local", "first")
    return mine


@pytest.fixture
def fresh(clone):
    """The clone, for a test that changes it: afterwards it is as before."""
    head = clone.run("git", "rev-parse", "HEAD").strip()
    yield clone
    clone.run("git", "reset", "--quiet", "--hard", head)
    clone.run("git", "clean", "--quiet", "--force", "-d")
    clone.run("dvc", "checkout", "--quiet", "--force")


def everything(project):
    """Every file but Git's and DVC's own, with its content."""
    return {
        path: path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and not {".git", ".dvc", "__pycache__"} & set(path.parts)
    }


def is_clean(project):
    return project.run("git", "status", "--porcelain") == ""


def test_dvc_takes_what_was_not_run_as_it_is(fresh):
    output = fresh.run("dvc", "repro")
    assert "Running stage" not in output
    status = fresh.run("dvc", "status")
    assert status.endswith(UP_TO_DATE)
    (left_out,) = status.removesuffix(UP_TO_DATE).splitlines()
    assert "generation/dvc.yaml" in left_out
    assert "report/dvc.yaml" not in left_out  # it runs each time
    assert "checks/dvc.yaml" not in left_out  # its results are Git's, and are those of this code
    assert "generation/dvc.yaml:generate" in fresh.run("dvc", "status", "generation/dvc.yaml")
    values = fresh.params()
    values["crossval"]["seed"] += 1
    fresh.set_params(values)
    assert "checks/dvc.yaml" in fresh.run("dvc", "status")
    left_out = fresh.run("dvc", "checkout")
    assert {"models/codec", "data/generated"} <= set(left_out.split())
    assert not (fresh.root / "models/codec").exists()


def test_what_the_main_pipeline_lacks_is_an_error_still(fresh):
    lock = fresh.root / "dvc.lock"
    (md5,) = {out["md5"] for out in fresh.lock()["split"]["outs"]}
    lock.write_text(lock.read_text("utf-8").replace(md5, "ab" * 16), encoding="utf-8")
    output = fresh.run("dvc", "checkout", check=False)
    assert "Checkout failed" in output
    assert "data/split.csv" in output
    assert "data/split.csv" in fresh.run("dvc", "status")


def test_a_report_leaves_the_tree_clean_and_checkout_leaves_the_report(fresh):
    for _ in range(2):  # another commit, another page
        fresh.run("dvc", "repro", "report/dvc.yaml")
        assert is_clean(fresh)
        assert fresh.run("dvc", "status").endswith(UP_TO_DATE)
        fresh.run("git", "commit", "--quiet", "--allow-empty", "--message", "Next")
    before = (fresh.root / "reports/index.html").read_bytes()
    fresh.run("dvc", "checkout")
    assert (fresh.root / "reports/index.html").read_bytes() == before


def test_try_fail_go_back_try_again_keep(fresh):
    """The commands of docs/your-music.md in a row, and before them a try that fails."""
    tried, *looked, branched, merged, checked_out, undone, restored, removed = COMMANDS[:9]
    before = everything(fresh)
    failing = re.sub(r"-S \S+$", f"-S {BAD}", tried)
    assert failing != tried
    assert "error: params.yaml" in fresh.run("bash", "-c", failing, check=False)
    assert (everything(fresh), is_clean(fresh)) == (before, True)
    fresh.run("bash", "-c", tried)
    assert (everything(fresh), is_clean(fresh)) == (before, True)
    for look in looked:
        output = fresh.run("bash", "-c", look)
        assert "['timbre']" in output
        assert "best" in output
    for command in (branched, merged, checked_out):
        fresh.run("bash", "-c", command)
    assert fresh.params()["experiments"]["best"]["statistics"] == ["timbre"]
    assert fresh.run("dvc", "status").endswith(UP_TO_DATE)
    assert is_clean(fresh)
    for command in (undone, restored, removed):
        fresh.run("bash", "-c", command)
    assert (everything(fresh), is_clean(fresh)) == (before, True)
    assert fresh.run("dvc", "status").endswith(UP_TO_DATE)


def test_a_failed_experiment_in_the_project_itself_is_undone(fresh):
    before = everything(fresh)
    fresh.run("dvc", "exp", "run", "-S", BAD, check=False)
    assert everything(fresh) != before
    _hide_a_change(fresh)
    (fresh.root / "metrics/mine.json").write_text("{}")  # as an experiment of one's own leaves it
    fresh.run("git", "restore", ".")
    assert everything(fresh) != before  # so what people would try first does not do
    for command in COMMANDS[9:]:
        fresh.run("bash", "-c", command)
    assert everything(fresh) == before
    assert fresh.run("dvc", "status").endswith(UP_TO_DATE)


def _hide_a_change(project):
    """Leave params.yaml changed while Git takes it for the committed one, as DVC was seen to."""
    path = project.root / "params.yaml"
    project.run("git", "config", "core.trustctime", "false")
    project.run("git", "checkout", "--quiet", "params.yaml")
    os.utime(path, (1e9, 1e9))
    project.run("git", "status")  # which notes the file's time
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("seed: 1\n", "seed: 2\n"), encoding="utf-8")
    os.utime(path, (1e9, 1e9))
    assert "params.yaml" not in project.run("git", "status", "--porcelain")


def test_the_tables_of_experiments_fit_a_terminal(fresh):
    fresh.run("dvc", "exp", "run", "--temp", "--name", "one", "-S", "experiments.best.seed=2")
    fresh.run(
        "dvc",
        "exp",
        "run",
        "--temp",
        "--name",
        "two",
        "-S",
        "experiments.baseline.statistics=[quarter_tone_steps]",
    )
    shown = fresh.run("make", "experiments")
    assert max(map(len, shown.splitlines())) <= 120
    heads = next(line.split() for line in shown.splitlines() if "Experiment" in line)
    assert heads[:2] == ["Experiment", "Created"]
    assert {"experiments.best.seed", "experiments.baseline.statistics"} <= set(heads)
    assert {name.strip("[]") for name in re.findall(r"\[\w+\]", shown)} == {"one", "two"}
    for words in (("metrics", "show"), ("metrics", "diff", "HEAD", "two")):
        lines = fresh.run("dvc", *words).splitlines()
        assert max(map(len, lines)) <= 120
