"""Whatever ends a stage, and whenever: outputs are whole or absent; the next run completes them.

The usual run kills one stage per mechanism; `pytest -m nightly` kills the others.
"""

import shutil
import signal
import sys
import time
from pathlib import Path

import killed_stages
import numpy as np
import psutil
import pytest
import soak
import warm
from killing import LINE, PATIENCE_SECONDS, WITH_WORKERS, Killing
from processes import command_lines, signal_all
from soak_project import SoakProject

from takht.audio.ffmpeg import find_ffmpeg

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SEED = 4
REAL = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}  # nothing warm about it


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """A process that has imported all that stages do, to be forked."""
    folder = tmp_path_factory.mktemp("warm") / "bin"
    with warm.started(folder, f"{warm.LIBRARIES} {warm.LARGE}") as processes:
        yield processes


@pytest.fixture(scope="module")
def killing(tmp_path_factory, processes):
    """A project at a tiny scale that has every stage."""
    return Killing(tmp_path_factory.mktemp("killed"), processes, SEED)


# Threads and ffmpeg, the store, workers, a folder of many files, a network, a metric, a page.
MECHANISMS = {
    *("catalogue", "mel", "near_duplicates", "segment", "train@network", "evaluate@best", "report"),
}


def by_mechanism(names):
    """Leave all but one stage per mechanism to the nightly run."""
    return [
        pytest.param(name, marks=[] if name in MECHANISMS else [pytest.mark.nightly])
        for name in names
    ]


@pytest.mark.parametrize("name", by_mechanism(killed_stages.commands()))
def test_a_stage_survives_kills_and_interrupts(killing, name):
    killing.prepare(name)
    killing.killed(name, 3)  # all its processes once, it alone once, once while it writes
    killing.interrupted(name, 1)


@pytest.mark.parametrize("name", by_mechanism(WITH_WORKERS))
def test_a_killed_worker_costs_a_retry_and_not_the_run(killing, name):
    killing.prepare(name)
    killing.worker_killed(name)


@pytest.fixture(scope="module")
def piped(tmp_path_factory, processes):
    """A project whose preparation DVC runs, and what its stages write without DVC."""
    project = SoakProject(tmp_path_factory.mktemp("piped"), processes, np.random.default_rng(SEED))
    return project, project.from_nothing()


# For `convert`, it decodes no faster than the recording plays.
FFMPEG = """#!/bin/sh
[ -e data/.wav.partial ] && [ "$1" != -version ] && exec {ffmpeg} -re "$@"
exec {ffmpeg} "$@"
"""


def is_decoding(process, project):
    """Tell whether an ffmpeg of `convert` runs."""
    if not (project.root / "data/.wav.partial").exists():
        return False
    return any(
        "-re" in words for words in command_lines(psutil.Process(process.pid).children(True))
    )


def begun(project, shell="/bin/bash"):
    """Return a `dvc repro` from nothing whose `convert` has begun, with all of its processes."""
    for path in (project.root / "data").iterdir():
        if path != project.raw:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in (".dvc/cache", ".takht"):
        shutil.rmtree(project.root / name, ignore_errors=True)
    (project.root / "dvc.lock").unlink(missing_ok=True)
    slow = project.root / "ffmpeg"
    slow.write_text(FFMPEG.format(ffmpeg=find_ffmpeg()))
    slow.chmod(0o755)
    variables = {"TAKHT_STORE_GB": "0", "TAKHT_FFMPEG": str(slow), "SHELL": shell, **REAL}
    process = project.start("dvc", "repro", "segment", **variables)
    while process.poll() is None and not is_decoding(process, project):
        time.sleep(0.001)
    return process, [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]


def healed(project, fresh):
    """Tell whether the next `dvc repro` writes what a run from nothing does, and leaves no more."""
    soak.repro(project)
    return project.outputs() == fresh and project.left_over() == []


def test_dvc_is_killed_with_all_it_runs(piped):
    project, fresh = piped
    process, every = begun(project)
    signal_all(every)
    assert process.wait() == -signal.SIGKILL
    assert not (project.root / "data/wav").exists()
    assert healed(project, fresh)


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/sh"])  # dash stays the stage's parent
def test_dvc_is_killed_alone_and_its_stage_ends_with_it(piped, shell):
    project, fresh = piped
    process, every = begun(project, shell)
    assert any("src/convert.py" in words for words in command_lines(every))
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(every, timeout=PATIENCE_SECONDS)
    assert alive == []
    assert not (project.root / "data/wav").exists()
    assert healed(project, fresh)


def test_ctrl_c_ends_dvc_and_its_stage_which_says_a_line(piped):
    project, fresh = piped
    process, every = begun(project)
    signal_all(every, signal.SIGINT)
    assert process.wait() != 0
    _, alive = psutil.wait_procs(every, timeout=PATIENCE_SECONDS)
    assert alive == []
    said = project.said.read_text(encoding="utf-8")
    assert said.splitlines().count(LINE) == 1
    assert "Traceback" not in said
    assert not (project.root / "data/wav").exists()
    assert healed(project, fresh)
