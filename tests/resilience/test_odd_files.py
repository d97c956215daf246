"""Every odd file gets its verdict, in bounded time and memory; what is let in goes all the way."""

import csv
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

import costs
import numpy as np
import odd_files
import pytest
import yaml
from odd_making import ACCEPTED, PASSED_OVER
from pipeline import PIPELINE, ROOT

from takht.core.tables import read_table
from takht.text import names

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
MOST_MEMORY_MB = 500  # of any one process: a day of m4a takes ffmpeg 300
MOST_CPU_SECONDS = 150  # for all files together
PREPARATION = ("convert", "normalize", "segment", "mel", "mfcc", "window_statistics")
FEATURES = ("mel", "mfcc", "statistics")


class Project:
    """A copy of the stages beside a corpus; DVC itself would wait at the corpus's pipe."""

    def __init__(self, root: Path) -> None:
        self.root = root
        values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        values["corpus"]["root"] = "raw"
        values["catalogue"]["on_unreadable"] = "skip"
        values["split"]["drop_small_composers"] = True
        (root / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        self.scale = values["scale"]
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src", root / "src", ignore=ignored)

    def run(self, stage: str) -> tuple[str, float, float]:
        """Run a stage as dvc.yaml says; return its stderr, CPU seconds and largest process, MB."""
        command = PIPELINE["stages"][stage]["cmd"]
        command = command.replace("${corpus}", "raw").replace("${scale}", self.scale)
        words = [sys.executable, *shlex.split(command)[1:]]
        environment = {"TAKHT_WORKERS": "1", "TAKHT_STORE": str(self.root / "store")}
        cost, said = costs.run(words, self.root, environment)
        return said, cost.cpu_s, cost.peak_mb


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The odd files and the project beside them, after `catalogue`."""
    project = Project(tmp_path_factory.mktemp("odd"))
    files = odd_files.build(project.root / "raw")
    (project.root / "data").mkdir()
    started = time.monotonic()
    said = project.run("catalogue")
    yield project, files, said, time.monotonic() - started
    shutil.rmtree(project.root)


def test_there_are_at_least_150_of_them(corpus):
    _, files, _, _ = corpus
    assert len({each.file for each in files if each.kind}) >= 150


def test_each_file_has_the_verdict_it_must_have(corpus):
    project, files, (said, _, _), _ = corpus
    accepted = set(read_table(project.root / "data/catalogue.csv")["file"])
    rows = read_table(project.root / "data/rejected.csv")
    reasons = dict(zip(rows["file"], rows["reason"], strict=True))
    wrong = {}
    for each in files:
        shown = names.escape(each.file)
        got = ACCEPTED if each.file in accepted else reasons.get(shown, PASSED_OVER)
        plain = each.verdict in (ACCEPTED, PASSED_OVER)
        if not (got == each.verdict if plain else re.search(each.verdict, got)):
            wrong[shown] = f"{got!r} is not {each.verdict!r}"
    assert not wrong
    assert set(reasons) <= {names.escape(each.file) for each in files}
    assert all("; " in reason and "\n" not in reason for reason in reasons.values())
    passed_over = sum(each.verdict == PASSED_OVER for each in files)
    assert f"{passed_over} hidden or system files ignored" in said


def test_time_and_memory_are_bounded(corpus):
    _, _, (_, cpu_seconds, memory_mb), _ = corpus
    assert cpu_seconds < MOST_CPU_SECONDS
    assert memory_mb < MOST_MEMORY_MB


def test_no_name_was_obeyed(corpus):
    project, _, _, _ = corpus
    assert not list(project.root.rglob("pwned"))


def test_what_is_let_in_goes_through_all_the_preparation_with_finite_features(corpus):
    project, _, _, _ = corpus
    for stage in PREPARATION:
        project.run(stage)
    recordings = set(read_table(project.root / "data/catalogue.csv")["recording"])
    for kind in FEATURES:
        folder = project.root / "data/features" / kind
        with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
            assert {row["recording"] for row in csv.DictReader(file)} == recordings
        arrays = {path.relative_to(folder).as_posix(): np.load(path) for path in _arrays(folder)}
        assert set(arrays) == {f"{recording}.npy" for recording in recordings}
        assert all(np.isfinite(array).all() and len(array) for array in arrays.values())
    outside = {path.name for path in project.root.iterdir()}
    assert outside == {"raw", "data", "src", "params.yaml", "store"}


def _arrays(folder: Path) -> list[Path]:
    return [
        Path(here) / name for here, _, files in os.walk(folder) for name in files if ".npy" in name
    ]


def test_the_committed_table_is_of_these_files(corpus):
    _, files, _, _ = corpus
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    assert odd_files.table(files) in text
