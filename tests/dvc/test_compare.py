"""takht compare in a real Git and DVC repository of two revisions."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_project import Project

from takht.errors import TakhtError
from takht.report.comparison import revisions

pytestmark = pytest.mark.slow

PIPELINE = """
stages:
  split:
    cmd: cp in/split.csv split.csv
    deps:
      - in/split.csv
    outs:
      - split.csv
  features:
    cmd: cp split.csv features.csv
    deps:
      - split.csv
    outs:
      - features.csv
  evaluate:
    foreach: ${experiments}
    do:
      cmd: cp in/${key}.json metrics/ && cp in/${key}.csv plots/
      deps:
        - features.csv
        - in/${key}.json
        - in/${key}.csv
      params:
        - experiments.${key}
      metrics:
        - metrics/${key}.json:
            cache: false
      plots:
        - plots/${key}.csv:
            cache: false
            template: confusion
            x: predicted
            y: actual
"""
COMPOSERS = ("أم كلثوم", "عبد الوهاب | محمد")


def prepare(project: Project, name: str, right: int, recordings: int = 40) -> None:
    """Lay out what evaluate is to report: so many of the recording accuracy."""
    rows = ["recording,actual,predicted"]
    for number in range(recordings):
        actual, other = COMPOSERS[number % 2], COMPOSERS[1 - number % 2]
        rows.append(f"ا/{number:02},{actual},{actual if number < right else other}")
    share = right / recordings
    scores = dict.fromkeys(("accuracy_recordings", "accuracy_windows"), share)
    scores |= {"macro_f1_recordings": share, "n_recordings": recordings}
    (project.root / "in").mkdir(exist_ok=True)
    (project.root / f"in/{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (project.root / f"in/{name}.json").write_text(json.dumps(scores), encoding="utf-8")


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Project:
    """Revision `main` with mel, mfcc and old; then, not committed, a better mel and a new one."""
    project = Project(tmp_path_factory.mktemp("two"))
    (project.root / "dvc.yaml").write_text(PIPELINE)
    (project.root / ".gitignore").write_text("/split.csv\n/features.csv\n")
    for folder in ("metrics", "plots", "in"):
        (project.root / folder).mkdir()
    (project.root / "in/split.csv").write_text("recording,side\n")
    experiments = {"mel": {"seed": 1}, "mfcc": {"seed": 1}, "old": {"seed": 1}}
    project.set_params({"experiments": experiments})
    for name in experiments:
        prepare(project, name, right=10)
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.run("git", "config", "user.name", "Test")
    project.run("git", "config", "user.email", "test@example.org")
    project.run("dvc", "init", "--quiet")
    project.commit("Nothing measured")
    project.run("git", "tag", "unmeasured")
    project.run("dvc", "repro", "--quiet")
    project.commit("Measured")
    del experiments["old"]
    project.set_params({"experiments": {**experiments, "mel": {"seed": 2}, "best": {"seed": 1}}})
    prepare(project, "mel", right=30)
    prepare(project, "best", right=40)
    project.run("dvc", "repro", "--quiet")
    return project


def as_json(project: Project, *words: str):
    return json.loads(project.run("takht", "compare", *words, "--json"))


def test_head_against_the_workspace(two):
    before = two.run("git", "status", "--porcelain")
    found = as_json(two)
    assert (found["before"], found["after"], found["after_commit"]) == ("HEAD", "workspace", None)
    assert found["before_commit"] == two.run("git", "rev-parse", "HEAD").strip()
    mel, mfcc = found["experiments"]
    assert (mel["experiment"], mfcc["experiment"]) == ("mel", "mfcc")
    assert mel["before"]["accuracy_recordings"] == 0.25
    assert mel["after"] == {
        "accuracy_recordings": 0.75, "accuracy_windows": 0.75, "macro_f1_recordings": 0.75,
    }  # fmt: skip
    assert (mel["shared"], mel["fixed"], mel["difference"]) == (40, 20, 0.5)
    assert 0.3 < mel["low"] < 0.5 < mel["high"] < 0.7
    assert mel["verdict"] == "better"
    assert mfcc["difference"] == 0
    assert 0 < mfcc["high"] == -mfcc["low"] < 0.1
    assert mfcc["verdict"] == "no evidence"
    assert mel["moved"][0] == {
        "actual": COMPOSERS[0], "predicted": COMPOSERS[1], "before": 15, "after": 5,
    }  # fmt: skip
    assert (found["only_before"], found["only_after"]) == (["old"], ["best"])
    changed = {one["parameter"]: (one["before"], one["after"]) for one in found["params"]}
    assert changed == {
        "experiments.mel.seed": (1, 2),
        "experiments.old.seed": (1, None),
        "experiments.best.seed": (None, 1),
    }
    assert found["stages_ran"] == ["evaluate@mel"]
    assert found["stages_added"] == ["evaluate@best"]
    assert two.run("git", "status", "--porcelain") == before


def test_a_branch_against_the_workspace_as_markdown_from_a_subfolder(two):
    output = Project(two.root / "in").run("takht", "compare", "main")
    assert output.startswith("## `main` (")
    assert "| `mel` | 0.250 → 0.750 | 0.250 → 0.750 | 0.250 → 0.750 | 40 | 20 | 0 | +0.500 [" in (
        output
    )
    assert r"| `mel` | أم كلثوم | عبد الوهاب \| محمد | 15 | 5 |" in output
    assert "- Ran again: `evaluate@mel`" in output


def test_two_revisions_in_a_clone_without_data(two, tmp_path):
    two.run("git", "stash", "--quiet", "--include-untracked")
    two.run("git", "stash", "apply", "--quiet")
    two.run("git", "branch", "--force", "next", "stash@{0}")
    two.run("git", "clone", "--quiet", "--no-local", ".", str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    assert not (clone.root / "split.csv").exists()
    there = as_json(clone, "origin/main", "origin/next")
    here = as_json(two, "main", "workspace")
    assert there["experiments"] == here["experiments"]
    assert there["params"] == here["params"]
    reverse = as_json(clone, "origin/next", "origin/main")["experiments"][0]
    assert (reverse["difference"], reverse["verdict"]) == (-0.5, "worse")


def test_cached_predictions_are_read_from_dvcs_cache(two, tmp_path):
    two.run("git", "clone", "--quiet", ".", str(tmp_path / "cached"))
    project = Project(tmp_path / "cached")
    project.run("git", "config", "user.name", "Test")
    project.run("git", "config", "user.email", "test@example.org")
    (project.root / "dvc.yaml").write_text(PIPELINE.replace("cache: false", "cache: true"))
    project.run("git", "rm", "--quiet", "-r", "metrics", "plots")
    for folder in ("metrics", "plots"):
        (project.root / folder).mkdir(exist_ok=True)
    project.run("dvc", "repro", "--quiet", "--force")
    project.commit("Cached")
    for folder in ("metrics", "plots"):
        assert not project.run("git", "ls-files", folder).count(".json")
    found = as_json(project, "HEAD~1", "HEAD")
    assert [one["shared"] for one in found["experiments"]] == [40, 40, 40]


def test_two_experiments_of_one_revision(two):
    found = as_json(two, "--experiments", "mfcc", "mel")
    (one,) = found["experiments"]
    assert (found["before"], found["after"], found["revision"]) == ("mfcc", "mel", "workspace")
    assert (one["shared"], one["fixed"], one["broken"], one["difference"]) == (40, 20, 0, 0.5)
    assert 0.3 < one["low"] < 0.5 < one["high"] < 0.7
    assert found["params"] == [{"parameter": "seed", "before": 1, "after": 2}]
    output = two.run("takht", "compare", "main", "--experiments", "old", "mel")
    assert output.startswith("## `old` → `mel`, experiments of `main` (")
    assert "Stages that ran" not in output
    assert re.search(r"\| 0\.000 \[−(0\.\d+), \+\1\] \| no evidence \|", output)


def test_what_was_not_rebuilt_is_named_and_not_compared(two, tmp_path):
    two.run("git", "clone", "--quiet", "--branch", "main", ".", str(tmp_path / "partly"))
    project = Project(tmp_path / "partly")
    values = project.params()
    project.run("dvc", "repro", "--quiet")
    (project.root / "in/split.csv").write_text("recording,side\nx,test\n")
    project.run("dvc", "repro", "--quiet", "split")  # the features are of the old split
    assert as_json(project)["not_rebuilt_after"] == ["mel", "mfcc", "old"]
    assert "| experiment |" not in project.run("takht", "compare")
    project.run("dvc", "repro", "--quiet", "evaluate@mel")
    project.run("git", "config", "user.name", "Test")
    project.run("git", "config", "user.email", "test@example.org")
    project.commit("One of three")
    for words in (["main~1", "main"], ["main", "main~1"]):
        found = as_json(project, *words)
        assert [one["experiment"] for one in found["experiments"]] == ["mel"]
        side = words.index("main")
        assert found[("not_rebuilt_before", "not_rebuilt_after")[side]] == ["mfcc", "old"]
        assert found[("not_rebuilt_after", "not_rebuilt_before")[side]] == []
    text = project.run("takht", "compare", "main~1", "main")
    assert "in `main` since inputs or settings changed: `mfcc`, `old`." in text
    assert "| `mfcc` |" not in text
    refused = project.run("takht", "compare", "--experiments", "mel", "old", check=False)
    assert "experiments: 'old' was not rebuilt" in refused
    project.run("dvc", "repro", "--quiet")
    values["experiments"]["mfcc"]["seed"] = 2
    project.set_params(values)
    found = as_json(project)
    assert (found["not_rebuilt_before"], found["not_rebuilt_after"]) == (["mfcc", "old"], ["mfcc"])


class TestMistakes:
    def fails(self, project: Project, *words: str) -> str:
        """The one line that a failing `takht compare` prints."""
        output = project.run("takht", "compare", *words, "--json", check=False)
        lines = [line for line in output.splitlines() if line]
        assert len(lines) == 1, output
        assert lines[0].startswith("error: ")
        assert ";" in lines[0]  # and what to do
        return lines[0]

    def test_exit_code_is_1_and_stdout_empty(self, two):
        done = subprocess.run(
            [Path(sys.executable).parent / "takht", "compare", "nowhere"],
            cwd=two.root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("error: ")

    def test_unknown_revision(self, two):
        assert "no revision 'nowhere'; name a branch" in self.fails(two, "main", "nowhere")

    def test_an_experiment_that_is_not_there(self, two):
        assert "workspace: experiments: no metrics of 'bets', there are mel, mfcc, best" in (
            self.fails(two, "--experiments", "bets", "mel")
        )

    def test_not_a_repository(self, tmp_path):
        assert f"{tmp_path}: no DVC repository" in self.fails(Project(tmp_path))

    def test_a_revision_without_metrics(self, two):
        assert "unmeasured: no metrics of any evaluate@… stage" in self.fails(two, "unmeasured")

    def test_a_git_repository_without_commits(self, tmp_path):
        project = Project(tmp_path)
        project.run("git", "init", "--quiet")
        project.run("dvc", "init", "--quiet")
        assert "no revision 'HEAD'" in self.fails(project)

    @pytest.mark.parametrize(
        ("file", "text", "message"),
        [
            ("plots/mel.csv", "actual,predicted\na,b\n", "columns recording,actual,predicted"),
            ("plots/mel.csv", "recording,actual,predicted\nx,a,a\nx,a,b\n", "'x' appears twice"),
            ("plots/mel.csv", "", "not a UTF-8 CSV table"),
            ("metrics/mel.json", "{}", "numbers named accuracy_recordings"),
            ("metrics/mel.json", "no json", "numbers named accuracy_recordings"),
            ("dvc.yaml", "stages: [", "DVC cannot read it"),
            ("dvc.yaml", PIPELINE.replace("template", "title"), "one confusion plot"),
        ],
    )
    def test_a_file_that_cannot_be_used(self, two, file, text, message):
        kept = (two.root / file).read_bytes()
        (two.root / file).write_text(text, encoding="utf-8")
        try:
            with pytest.raises(TakhtError, match=message) as raised:
                revisions.read_revision(None, two.root)
        finally:
            (two.root / file).write_bytes(kept)
        (line,) = str(raised.value).splitlines()
        assert line.startswith(f"workspace:{'' if file == 'dvc.yaml' else file}")
        assert ";" in line  # and what to do

    def test_debug_shows_the_traceback(self, two):
        output = two.run("takht", "compare", "nowhere", check=False, TAKHT_DEBUG="1")
        assert "Traceback" in output


def test_a_terminal_without_arabic_is_no_reason_to_fail(two):
    assert "`mel`" in two.run("takht", "compare", PYTHONIOENCODING="ascii")


def test_help_imports_nothing_heavy():
    code = "import sys, takht.cli.main; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # NumPy is there, for `core.cpu`.
    assert not {"pandas", "tensorflow", "dvc", "sklearn", "scipy"} & set(done.stdout.split())
