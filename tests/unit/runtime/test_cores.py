"""Cores are those that the process may use, by affinity and by every kind of cgroup quota."""

import os
import subprocess
import sys

import pytest
from pipeline import ROOT

from takht.runtime import parallel
from takht.runtime.cores import count_cores

ONE, QUOTA, PERIOD = "cpu,cpuacct", "cpu.cfs_quota_us", "cpu.cfs_period_us"
V1 = "4:cpu,cpuacct:/job/step\n3:cpuset:/\n"


@pytest.mark.parametrize(
    ("cgroup", "files", "cores"),
    [
        ("0::/a/b\n", {"cpu.max": "max 100000\n", "a/b/cpu.max": "200000 100000\n"}, 2),
        ("0::/a/b\n", {"a/cpu.max": "50000 100000\n", "a/b/cpu.max": "max 100000\n"}, 1),
        ("0::/../x\n", {"cpu.max": "250000 100000\n"}, 3),
        (V1, {f"{ONE}/job/{QUOTA}": "400000", f"{ONE}/job/{PERIOD}": "100000"}, 4),
        (V1, {f"{ONE}/{QUOTA}": "-1", f"{ONE}/{PERIOD}": "100000"}, 64),
        ("0::/\n", {"cpu.max": "nonsense"}, 64),
        ("", {}, 64),
    ],
)  # fmt: skip
def test_a_quota_of_any_cgroup_above_counts(tmp_path, monkeypatch, cgroup, files, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
    for name, text in {"proc/self/cgroup": cgroup}.items() | {
        (f"sys/fs/cgroup/{name}", text) for name, text in files.items()
    }:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert count_cores(tmp_path) == cores


@pytest.mark.skipif(sys.platform != "linux", reason="no affinity")
def test_a_process_bound_to_one_core_has_one_worker(monkeypatch):
    monkeypatch.delenv("TAKHT_WORKERS", raising=False)
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from takht.runtime import parallel; print(parallel.count_workers())"
    words = [sys.executable, "-c", code]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    assert subprocess.check_output(words, env=environment).strip() == b"1"
    assert parallel.count_workers() <= len(os.sched_getaffinity(0))
