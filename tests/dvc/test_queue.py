"""Many experiments at once: a queue, and two workers that empty it."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from pipeline import ROOT
from processes import signal_all
from tiny_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
QUEUE = "dvc exp run --queue -S 'aug.factor=range(0,4)' evaluate@mel_augmented"
START = "dvc queue start -j 2"
CLEAN = "dvc exp clean"
STOP = "dvc queue stop"
SECONDS = 1500  # four experiments, on a machine that does other work


def test_the_document_shows_these_commands():
    lines = (ROOT / "docs/experiments.md").read_text(encoding="utf-8").splitlines()
    assert {QUEUE, START, CLEAN, STOP} <= set(lines)


@pytest.fixture
def queued(small, tmp_path):
    """A copy of the project with four experiments queued; whatever happens, no worker is left."""
    shutil.copytree(small.root, tmp_path / "queued", symlinks=True)
    mine = Project(tmp_path / "queued")
    mine.run(*shlex.split(QUEUE), TAKHT_WORKERS="1")
    yield mine
    mine.run("dvc", "queue", "stop", "--kill", check=False)
    signal_all(running_in(mine.root))


def running_in(root):
    """Return the processes whose working directory is at or below the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(root):
                found.append(process)
        except psutil.Error:  # gone meanwhile, or another user's
            continue
    return found


def tasks(mine):
    """Return each queued experiment's state, by name."""
    shown = mine.run("dvc", "queue", "status")
    assert "0 active, 0 idle" in shown
    rows = re.findall(r"^[0-9a-f]{7}\s+(\S+)\s.*\s(\w+)$", shown, re.MULTILINE)
    return dict(rows)


def start(mine):
    """Start two workers. They would hold a pipe that they were given to print to until they end."""
    command = [sys.executable, "-m", *shlex.split(START)]
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "TAKHT_WORKERS": "1"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "2"
    nowhere = subprocess.DEVNULL
    subprocess.run(command, cwd=mine.root, env=environment, check=True, stdout=nowhere)


def finish(mine):
    """Keep workers running until all four tasks have a result, then stop them.

    A worker may have gone before its time (docs/experiments.md): what it left is started again.
    """
    until = time.monotonic() + SECONDS
    results = mine.root / ".dvc/tmp/exps/celery/result"
    while len(list(results.glob("*"))) < 4:
        assert time.monotonic() < until, mine.run("dvc", "queue", "status")
        if not running_in(mine.root):
            mine.run(*shlex.split(CLEAN))
            start(mine)
        time.sleep(2)
    mine.run(*shlex.split(STOP))
    while running_in(mine.root):
        assert time.monotonic() < until, "a worker does not stop"
        time.sleep(2)


def snapshot(root):
    """Every file of the workspace that Git or DVC keeps, with its content."""
    names = ("data", "metrics", "models", "plots", "src", "dvc.lock", "dvc.yaml", "params.yaml")
    files = [path for name in names for path in [root / name, *(root / name).rglob("*")]]
    return {path: path.read_bytes() for path in files if path.is_file()}


def test_two_workers_run_four_queued_experiments(queued):
    before = snapshot(queued.root)
    assert set(tasks(queued).values()) == {"Queued"}
    start(queued)
    finish(queued)
    states = tasks(queued)
    assert list(states.values()) == ["Success"] * 4
    assert snapshot(queued.root) == before
    assert queued.run("git", "status", "--porcelain") == ""
    shown = json.loads(queued.run("dvc", "exp", "show", "--json"))
    found = [each["revs"][0] for row in shown for each in (row["experiments"] or [])]
    assert {each["name"] for each in found} == set(states)
    windows = {}
    for each in found:
        factor = each["data"]["params"]["params.yaml"]["data"]["aug"]["factor"]
        text = queued.run("git", "show", f"{each['rev']}:metrics/mel_augmented.json")
        metrics = json.loads(text)
        windows[factor] = metrics["training_windows"]
    # The originals and `factor` copies of each; a stretched one may gain or lose a window.
    assert sorted(windows) == [0, 1, 2, 3]
    for factor in (1, 2, 3):
        assert windows[factor] == pytest.approx(windows[0] * (1 + factor), rel=0.1)
