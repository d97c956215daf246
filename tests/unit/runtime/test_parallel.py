"""Work on many items keeps their order, uses what it is told to, and never hides a failure."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from tasks import always_killed, fails_on_three, first_attempt_is_killed, negated, process_of
from threadpoolctl import threadpool_info, threadpool_limits

from takht.errors import TakhtError
from takht.runtime.parallel import map_ordered


@pytest.mark.parametrize("threads", [True, False])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_results_come_in_the_order_of_the_items(monkeypatch, workers, threads):
    monkeypatch.setenv("TAKHT_WORKERS", workers)
    results = map_ordered(negated, list(range(20)), label="test", threads=threads)
    assert results == [-number for number in range(20)]


def test_one_worker_is_this_process_and_two_are_others(monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    assert set(map_ordered(process_of, [1, 2, 3], label="test")) == {os.getpid()}
    monkeypatch.setenv("TAKHT_WORKERS", "2")
    assert os.getpid() not in map_ordered(process_of, [1, 2, 3], label="test")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_failure_ends_the_run(monkeypatch, workers):
    monkeypatch.setenv("TAKHT_WORKERS", workers)
    with pytest.raises(ValueError, match="three"):
        map_ordered(fails_on_three, list(range(6)), label="test")


def test_a_killed_worker_costs_another_attempt(monkeypatch, tmp_path):
    monkeypatch.setenv("TAKHT_WORKERS", "2")
    items = [(number, tmp_path) for number in range(6)]
    assert map_ordered(first_attempt_is_killed, items, label="test") == list(range(6))
    assert (tmp_path / "tried").exists()


def test_workers_that_are_killed_every_time_end_the_run(monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "2")
    with pytest.raises(TakhtError, match=r"test: a worker process was killed 3 times.*WORKERS=1"):
        map_ordered(always_killed, [1, 2], label="test")


@pytest.mark.parametrize("thread", ["_ExecutorManagerThread.start", "Queue._start_thread"])
def test_a_thread_that_cannot_start_is_said_in_one_line_and_ends_the_workers(thread):
    script = f"""
import psutil
from joblib.externals.loky import process_executor
from pathlib import Path
from takht.runtime import parallel as jobs
from takht import stage

def start(_):
    raise RuntimeError("can't start new thread")

def double(number):
    return 2 * number

def work(_: Path) -> None:
    process_executor.{thread} = start
    try:
        jobs.map_ordered(double, [1, 2, 3], label="work")
    finally:
        every = psutil.Process().children()
        _, alive = psutil.wait_procs(every, timeout=5)
        print(sum("popen_loky" in " ".join(each.cmdline()) for each in alive))

stage.run(work, ["x"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"TAKHT_WORKERS": "2"}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.stderr.startswith("error: work: out of memory (can't start new thread); close")
    assert done.stderr.count("\n") == 1
    assert done.stdout == "0\n"


def test_no_items_are_no_work():
    assert map_ordered(negated, [], label="test") == []


def blas_threads_after(seconds):
    np.ones((2, 2)) @ np.ones((2, 2))
    time.sleep(seconds)
    return max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")


def test_a_thread_that_ends_lifts_no_limit_on_the_others(monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "2")
    with threadpool_limits(4):  # whatever the machine has
        assert map_ordered(blas_threads_after, [0.0, 0.3], label="test", threads=True) == [1, 1]
        assert blas_threads_after(0.0) == 4
