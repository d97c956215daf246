"""What several test modules share."""

import os
import sys
from pathlib import Path

import takht.stage  # noqa: F401 (pins the instructions before NumPy loads, as in a stage)

import hypothesis
import pytest
import tiny_project
from system_programs import describe_left_out

# Before librosa is imported, which compiles at once: workers would write one cache together.
os.environ["NUMBA_CACHE_DIR"] = str(
    Path(__file__).parents[1] / ".takht/numba" / os.environ.get("PYTEST_XDIST_WORKER", "main")
)

hypothesis.settings.register_profile("takht", deadline=None)  # machines differ, and are shared
hypothesis.settings.load_profile("takht")


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    """Give every test a store of its own, so that none finds what another made."""
    monkeypatch.setenv("TAKHT_STORE", str(tmp_path / ".store"))


@pytest.fixture(autouse=True)
def _own_hook(monkeypatch):
    """Give pytest its hook back after a stage that ends in an error, and with it its process."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A tiny project in which `best` is evaluated and `mel_augmented` lacks only its augmentation.

    Tests work on copies of it.
    """

    def build(root):
        tiny = tiny_project.make(root, experiments=("best", "mel_augmented"))
        tiny.run("dvc", "repro", "--quiet", "evaluate@best", "mel", TAKHT_WORKERS="1")
        tiny.commit("Built")

    return tiny_project.Project(tiny_project.made_once(tmp_path_factory, "small", build))


def pytest_terminal_summary(terminalreporter):
    """End with what was left out, why, and what brings it."""
    for line in describe_left_out(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, yellow=True)
