"""Each fault is one line that says what to do, and the next `dvc repro` heals it."""

import json
import subprocess
import sys

import pytest
from injections import INJECTIONS
from pipeline import ROOT
from system_programs import require_mounts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NAMES = [(each.fault, each.stage) for each in INJECTIONS]


@pytest.fixture(scope="module")
def injected(tmp_path_factory):
    """What was seen of each fault that was healed, and what the command printed."""
    require_mounts()
    results = tmp_path_factory.mktemp("faults") / "results.json"
    done = subprocess.run(
        [sys.executable, ROOT / "tests/resilience/harness/faults.py", "--results", results],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert results.exists(), done.stdout
    rows = json.loads(results.read_text(encoding="utf-8"))["faults"]
    return {(row["fault"], row["stage"]): row["seen"] for row in rows}, done.stdout


@pytest.mark.parametrize("name", NAMES, ids=": ".join)
def test_a_fault_is_one_line_and_is_healed(injected, name):
    seen, printed = injected
    assert seen.get(name), printed


def test_the_committed_table_is_of_these_faults():
    results = json.loads((ROOT / "docs/measured/reliability.json").read_text(encoding="utf-8"))
    assert [(row["fault"], row["stage"]) for row in results["faults"]] == NAMES
