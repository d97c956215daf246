"""takht itself: its help, its version, completion, folders below the project, missing packages."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import models
import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from takht.cli.arguments.project import find_project, locate_models
from takht.cli.main import app

MAIN = "from takht.cli.main import main; main()"


def takht(*words: str, code: str = MAIN, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, **options
    )


def test_every_command_has_a_line_that_is_not_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = CliRunner().invoke(app, ["--help"]).stdout
    commands = shown.partition("Commands:")[2].strip().splitlines()
    assert len(commands) == len(app.registered_commands) > 5
    for line in commands:
        assert line.endswith("."), line
        assert not line.endswith("..."), line


def test_version():
    assert CliRunner().invoke(app, ["--version"]).stdout == f"takht {metadata.version('takht')}\n"


def test_the_shell_completes_commands():
    environment = os.environ | {"_TAKHT_COMPLETE": "complete_bash", "COMP_WORDS": "takht comp"}
    code = "import sys; sys.argv[0] = 'takht'; " + MAIN
    done = takht(code=code, env=environment | {"COMP_CWORD": "1"})
    assert done.stdout.split() == ["compare"]


class TestBelowTheProject:
    @pytest.fixture
    def project(self, tmp_path, monkeypatch):
        """A project with a model and a recording; the current folder is data/raw, below it."""
        (tmp_path / "models/best").mkdir(parents=True)
        models.discriminant().save(tmp_path / "models/best")
        for name in ("dvc.yaml", "params.yaml", "report/dvc.yaml", "data/raw/.keep"):
            (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / name).touch()
        wave = np.random.default_rng(1).normal(0, 0.1, 8 * models.RATE_HZ)
        soundfile.write(tmp_path / "data/raw/a.wav", wave, models.RATE_HZ)
        monkeypatch.chdir(tmp_path / "data/raw")
        return tmp_path

    def test_the_models_of_the_project_are_used(self, project, monkeypatch):
        assert locate_models(None) == Path("../../models")
        assert locate_models(Path("others")) == Path("others")
        monkeypatch.chdir(project)
        assert locate_models(None) == Path("models")
        assert find_project(project / "report") == project  # a pipeline of its own is no project

    def test_a_recording_here_is_answered(self, project):
        done = takht("predict", "a.wav", "--csv")
        assert (done.returncode, done.stderr) == (0, "")
        there = takht("predict", "data/raw/a.wav", "--csv", cwd=project)
        assert (
            done.stdout.splitlines()[1].split(",")[1:]
            == (there.stdout.splitlines()[1].split(",")[1:])
        )

    @pytest.mark.usefixtures("project")
    def test_doctor_checks_the_project_and_a_corpus_named_from_here(self):
        done = takht("doctor", ".", "--json")
        assert "is not a project" not in done.stdout
        assert '"params.yaml"' in done.stdout

    def test_elsewhere_a_line_says_what_is_missing(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert find_project() is None
        done = takht("predict", "a.wav")
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("error: models/best: no model.json")


def test_a_network_without_tensorflow_is_one_line(tmp_path):
    (tmp_path / "models/net").mkdir(parents=True)
    models.discriminant().save(tmp_path / "models/net")
    card = tmp_path / "models/net/model.json"
    card.write_text(card.read_text("utf-8").replace('"discriminant"', '"network"'), "utf-8")
    hidden = "import sys; sys.modules['tensorflow'] = None; " + MAIN  # as if not installed
    done = takht("predict", "a.wav", "--model", "net", code=hidden, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line == (
        "error: takht predict: tensorflow is not installed, which networks need; run `make setup`, "
        "or choose an experiment or model of kind discriminant"
    )
