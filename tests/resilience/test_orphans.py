"""Processes end with the one that started them, however early and however that ends."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from processes import signal_all

PATIENCE_SECONDS = 30
STAGE = """\
import sys, time
from pathlib import Path
from takht.runtime import parallel as jobs
from takht import stage

def play(_source: Path) -> None:
    jobs.map_ordered(time.sleep, [600, 600], label="test")

stage.run(play, ["x"])
"""


@pytest.fixture
def starting(tmp_path):
    """A stage whose two workers have just begun to start: the process, and the workers."""
    (tmp_path / "play.py").write_text(STAGE)
    process = subprocess.Popen(
        [sys.executable, "play.py"],
        cwd=tmp_path,
        env=os.environ | {"TAKHT_WORKERS": "2"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    workers: list[psutil.Process] = []
    while process.poll() is None and len(workers) < 2:
        time.sleep(0.001)
        every = psutil.Process(process.pid).children()
        workers = [each for each in every if "popen_loky_posix" in " ".join(each.cmdline())]
    yield process, workers
    signal_all(workers)
    process.kill()
    process.stderr.close()
    process.wait()


def test_workers_that_still_start_end_with_a_killed_stage(starting):
    process, workers = starting
    process.kill()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)
    assert alive == []


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6])  # into their start, which takes one
def test_ctrl_c_is_a_line_while_workers_start(starting, seconds):
    process, workers = starting
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    said = process.stderr.read()
    assert (process.wait(), said.count("\n")) == (130, 1), said
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)
    assert alive == []


def test_a_worker_whose_stage_has_ended_already_ends():
    code = "from takht.runtime import orphans; orphans.set_up_worker(stage=1); print('still here')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


WAYS = pytest.mark.parametrize(
    "command", ["exec {python} {script}", "{python} {script}; true"], ids=["in its place", "beside"]
)


@WAYS
def test_a_stage_whose_dvc_ended_while_it_imported_ends(tmp_path, command):
    script = tmp_path / "stage.py"
    script.write_text(
        "import os, sys, time\nfrom takht.runtime import orphans\nprint(os.getpid(), flush=True)\n"
        "sys.stdin.readline()\norphans.end_with_dvc()\ntime.sleep(600)\n"
    )
    shell = ["/bin/sh", "-c", command.format(python=sys.executable, script=script)]
    dvc = f"import subprocess; subprocess.run({shell!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", dvc],
        env=os.environ | {"DVC_STAGE": "play"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    stage = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.wait()
    process.stdin.write(b"go on\n")
    process.stdin.close()
    _, alive = psutil.wait_procs([stage], timeout=PATIENCE_SECONDS)
    assert alive == []
    process.stdout.close()


@WAYS
def test_a_stage_ends_with_dvc_and_by_hand_outlives_the_shell(tmp_path, command):
    """`exec` is what bash does with a command, the other what dash does: it waits."""
    script = tmp_path / "stage.py"
    script.write_text(
        "import os, sys, time\nfrom takht.runtime import orphans\norphans.end_with_dvc()\n"
        "print(os.getpid(), flush=True)\ntime.sleep(600)\n"
    )
    shell = ["/bin/sh", "-c", command.format(python=sys.executable, script=script)]
    dvc = f"import subprocess; subprocess.run({shell!r})"
    for variables, outlives in (({"DVC_STAGE": "play"}, False), ({}, True)):
        environment = {name: each for name, each in os.environ.items() if name != "DVC_STAGE"}
        process = subprocess.Popen(
            [sys.executable, "-c", dvc], env=environment | variables, stdout=subprocess.PIPE
        )
        stage = psutil.Process(int(process.stdout.readline()))
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs([stage], timeout=1 if outlives else PATIENCE_SECONDS)
        assert bool(alive) == outlives
        signal_all(alive)
        process.stdout.close()
