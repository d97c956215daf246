"""Stages on a real Dask cluster: separate processes, one of them killed, the same bytes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import chain
import numpy as np
import pytest
import soundfile
import tiny_project
from pipeline import ROOT

from takht.core import cpu

RATE_HZ = 22_050
pytestmark = pytest.mark.slow


def dask(folder, *words, **variables):
    """Start a part of a cluster; what it says goes to a file."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")} | variables
    with (folder / "cluster.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
            env=environment,
            stdout=log,
            stderr=log,
        )


def waited_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


@pytest.fixture
def scheduler(tmp_path):
    """A running scheduler and its address."""
    file = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
    process = dask(tmp_path, "scheduler", *options, "--scheduler-file", str(file))
    waited_for(lambda: file.exists() and file.stat().st_size)
    yield json.loads(file.read_text())["address"]
    process.terminate()
    process.wait()


def worker(folder, address, name, **variables):
    options = ["--no-nanny", "--nthreads", "1", "--name", name, "--host", "127.0.0.1"]
    options += ["--local-directory", str(folder / name), "--no-dashboard"]
    return dask(folder, "worker", address, *options, **variables)


@pytest.fixture
def here(tmp_path):
    """A corpus of a dozen recordings, converted and cut by this process."""
    rng = np.random.default_rng(0)
    for number in range(12):
        path = tmp_path / "here/data/raw" / ("umm", "قصبجي")[number % 2] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, rng.normal(0, 0.1, 21 * RATE_HZ), RATE_HZ)
    chain.write_params(tmp_path / "here")
    return tmp_path / "here"


def test_a_run_with_a_killed_worker_gives_the_bytes_of_a_local_one(here, tmp_path, scheduler):
    chain.run_within(here, TAKHT_STORE_GB="0")
    local = tiny_project.outputs(here)
    for name in local:
        (here / "data" / name).unlink()
    workers = [worker(tmp_path, scheduler, name) for name in ("one", "two")]
    try:
        variables = {"TAKHT_DASK": scheduler, "TAKHT_STORE_GB": "0"}
        before = tiny_project.STAGES[: tiny_project.STAGES.index("window_statistics")]
        printed = chain.run(here, *before, **variables)
        assert f"cluster {scheduler}, dashboard http://127.0.0.1:" in printed["segment"]
        stage = chain.start(here, "window_statistics", **variables)
        # Three recordings are done, so both workers are in the middle of others.
        waited_for(
            lambda: len(list(here.glob("data/features/.statistics.partial/*/new/*/*.npy"))) >= 3
        )
        workers[1].send_signal(signal.SIGKILL)
        said, _ = stage.communicate()
        assert stage.returncode == 0, said
        chain.run(here, "augment", **variables)
    finally:
        for process in workers:
            process.kill()
            process.wait()
    assert tiny_project.outputs(here) == local


def test_a_worker_with_other_code_is_refused(here, tmp_path, scheduler):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "src/takht", other / "takht")
    with (other / "takht/features/spectrograms/mel.py").open("a") as file:
        file.write("# edited\n")
    process = worker(tmp_path, scheduler, "old", PYTHONPATH=str(other))
    try:
        stage = chain.start(here, "catalogue", TAKHT_DASK=scheduler, TAKHT_STORE_GB="0")
        said, _ = stage.communicate()
    finally:
        process.kill()
        process.wait()
    assert stage.returncode == 1
    assert "a worker has other code of takht than this working copy" in said
    assert "Traceback" not in said
    assert not (here / "data/catalogue.csv").exists()


def test_a_worker_that_would_round_differently_is_refused(here, tmp_path, scheduler, monkeypatch):
    for name in cpu.AVX2_ONLY:
        monkeypatch.delenv(name, raising=False)
    process = worker(tmp_path, scheduler, "wide")  # Dask imports NumPy before takht
    try:
        stage = chain.start(here, "catalogue", TAKHT_DASK=scheduler, TAKHT_STORE_GB="0")
        said, _ = stage.communicate()
    finally:
        process.kill()
        process.wait()
    code = "import numpy; from takht.core import cpu; print(cpu.is_pinned())"
    alike = subprocess.check_output(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, text=True
    )
    refused = "NumPy uses other instructions than this run's" in said
    assert (stage.returncode, refused) == ((0, False) if alike.strip() == "True" else (1, True))
    assert "Traceback" not in said


def test_a_cluster_that_is_not_there_is_one_line(here):
    stage = chain.start(here, "catalogue", TAKHT_DASK="tcp://127.0.0.1:9")
    said, _ = stage.communicate()
    assert stage.returncode == 1
    assert "error: TAKHT_DASK: no scheduler at 'tcp://127.0.0.1:9'" in said
    assert "Traceback" not in said
