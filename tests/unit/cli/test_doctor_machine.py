"""takht doctor says beforehand what of Git, DVC, disks and places would end a run."""

import shutil
import subprocess
import sys

import pytest
from dvc.repo import Repo
from pipeline import ROOT

from takht.cli.doctor import disk, dvc_state, git_state
from takht.cli.doctor.examination import examine


@pytest.fixture
def nobody(tmp_path, monkeypatch):
    """A user whose Git knows nothing of them."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")


def git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


@pytest.mark.usefixtures("nobody")
def test_git_is_asked_for_repository_identity_and_commit(tmp_path, monkeypatch):
    project = tmp_path / "larger/project"
    project.mkdir(parents=True)
    found = git_state.check_git(project)
    assert (found.verdict, "`git init" in found.remedy) == ("failed", True)
    git(tmp_path / "larger", "init")
    assert "user.name" in git_state.check_git(project).remedy
    git(project, "config", "user.name", "T")
    git(project, "config", "user.email", "t@example.org")
    assert git_state.check_git(project).verdict == "warning"
    git(project, "commit", "--allow-empty", "-m", "x")
    assert git_state.check_git(project).verdict == "ok"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state.check_git(project).what == "Git is not installed"


def test_a_cache_that_cannot_be_written_fails(tmp_path):
    Repo.init(str(tmp_path), no_scm=True).close()
    (tmp_path / ".dvc/cache").mkdir(exist_ok=True)
    (tmp_path / ".dvc/cache/files").write_text("in its way")
    found = dvc_state.check_dvc(tmp_path)[1]
    assert (found.check, found.verdict) == ("dvc cache", "failed")
    assert "cannot be written" in found.what


def test_a_name_that_dvc_cannot_write_fails(tmp_path, monkeypatch):
    from configobj import ConfigObj

    def encode(self):
        str(self["path"]).encode("ascii")  # as configobj is, before `make setup` repairs it

    monkeypatch.setattr(ConfigObj, "write", encode)
    (found,) = dvc_state.check_dvc(tmp_path / "مجلد")
    assert (found.verdict, "make setup" in found.remedy) == ("failed", True)


def test_a_small_folder_for_temporary_files_is_a_warning(monkeypatch):
    assert disk.check_temporary().verdict == "ok"
    usage = shutil._ntuple_diskusage(0, 0, 10**8)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage)
    assert "TMPDIR" in disk.check_temporary().remedy


def test_a_folder_beside_the_project_is_named(tmp_path):
    (beside,) = examine(tmp_path, None, deep=False)
    assert "is not a project" in beside.what


@pytest.mark.parametrize("root", ["", ".", "..", "/", "data/../.", "~", "~/music"])
def test_a_corpus_that_can_only_be_a_mistake_is_refused_before_work(tmp_path, root):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    done = subprocess.run(
        [sys.executable, ROOT / "src/catalogue.py", "--root", root, "c.csv", "r.csv"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: corpus.root: a ")
    assert not (tmp_path / "c.csv").exists()
