"""Replicas learn what one device learns, on one machine or on two, and say when they cannot."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pipeline import ROOT

SECONDS = 800  # a machine left alone must not wait for ever
NETWORKS = ["mel_six_blocks", "mfcc_two_blocks"]  # with a penalty; with batch normalisation
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Result:
    """What replicas.py left of a network; the last array is what it answers."""

    curve: dict[str, list[float]]
    masks: list[list[bool]]
    arrays: list[np.ndarray]


def start(out: Path, *words: str, config: str = "") -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests/helpers")])
    environment = os.environ | {"PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.Popen(
        [sys.executable, ROOT / "tests/helpers/replicas.py", out, *words],
        env=environment | ({"TF_CONFIG": config} if config else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Return what a process wrote to stderr until its end."""
    with process:
        try:
            return process.communicate(timeout=SECONDS)[1]
        finally:
            process.kill()


def results(process: subprocess.Popen[str], out: Path) -> dict[str, Result]:
    stderr = ended(process)
    assert process.returncode == 0, stderr
    found = {}
    for path in sorted(out.parent.glob(f"{out.name}-*.json")):
        with np.load(path.with_suffix(".npz")) as arrays:
            name = path.stem.removeprefix(f"{out.name}-")
            found[name] = Result(**json.loads(path.read_text()), arrays=list(arrays.values()))
    return found


def configs() -> list[str]:
    """Return TF_CONFIG for each of two machines, on ports that were free a moment ago."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        workers = [f"127.0.0.1:{each.getsockname()[1]}" for each in (one, other)]
    tasks = [{"type": "worker", "index": place} for place in range(2)]
    return [json.dumps({"cluster": {"worker": workers}, "task": task}) for task in tasks]


def assert_same_curve(curve: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    assert list(curve) == list(expected)
    for column, values in expected.items():
        np.testing.assert_allclose(curve[column], values, rtol=0, atol=1e-4)


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> dict[str, Result]:
    out = tmp_path_factory.mktemp("replicas") / "one"
    return results(start(out, "1", "3", *NETWORKS), out)


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> dict[str, Result]:
    out = tmp_path_factory.mktemp("replicas") / "two"
    return results(start(out, "2", "3", *NETWORKS, "mfcc_two_blocks:float16"), out)


class TestTwoDevices:
    @pytest.mark.parametrize("name", NETWORKS)
    def test_the_learning_curve_is_that_of_one_device(self, one, two, name):
        loss = one[name].curve["loss"]
        assert loss[-1] < 0.5 * loss[0]  # else nothing was learnt
        assert_same_curve(two[name].curve, one[name].curve)

    def test_the_copy_for_use_answers_what_validation_saw(self, two):
        answers = two["mel_six_blocks"].arrays[-1]
        assert two["mel_six_blocks"].curve["validation_accuracy"][-1] == 1
        assert answers.argmax(axis=1).tolist() == [place % 3 for place in range(len(answers))]

    def test_each_drops_units_of_its_own(self, one, two):
        assert len(one["mel_six_blocks"].masks) == 1
        first, second = two["mel_six_blocks"].masks
        assert first != second
        assert all(0 < sum(mask) < len(mask) for mask in (first, second))

    def test_float16_learns(self, two):
        loss = two["mfcc_two_blocks:float16"].curve["validation_loss"]
        assert loss[-1] < 0.1


def test_two_machines_have_equal_weights_and_those_of_two_devices(tmp_path, one, two):
    outs = [tmp_path / "first", tmp_path / "second"]
    started = [
        start(out, "2", "3", *NETWORKS, config=config)
        for out, config in zip(outs, configs(), strict=True)
    ]
    machines = [results(each, out) for each, out in zip(started, outs, strict=True)]
    for name in NETWORKS:
        for machine in machines:
            assert_same_curve(machine[name].curve, one[name].curve)
            assert all(map(np.array_equal, machine[name].arrays, two[name].arrays))
        assert [mask for each in machines for mask in each[name].masks] == two[name].masks


@pytest.mark.parametrize("victim", [0, 1])
def test_a_machine_that_dies_ends_the_other_with_one_clear_line(tmp_path, victim):
    started = [
        start(tmp_path / str(place), "2", "100000", "mfcc_two_blocks", config=config)
        for place, config in enumerate(configs())
    ]
    for each in started:
        assert each.stdout.readline() == "ready\n"
    started[victim].kill()
    ended(started[victim])
    survivor = started[1 - victim]
    stderr = ended(survivor)
    assert survivor.returncode == 1
    assert stderr.splitlines()[-1].startswith("error: training: another machine of"), stderr


def test_machines_with_different_work_find_out_before_it(tmp_path):
    started = [
        start(tmp_path / name, "2", "1", name, config=config)
        for name, config in zip(NETWORKS, configs(), strict=True)
    ]
    for each in started:
        assert "the machines of TF_CONFIG differ" in ended(each)
        assert each.returncode == 1


def test_what_machines_cannot_share_is_refused(tmp_path):
    process = start(tmp_path / "x", "3", "1", "mfcc_two_blocks", config=configs()[0])
    assert "replicas is 3, no multiple of the 2 machines" in ended(process)
    assert process.returncode == 1
