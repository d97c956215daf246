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

SECONDS = 600  # a machine left alone must not wait for ever


@dataclass(frozen=True)
class Result:
    curve: dict[str, list[float]]
    masks: list[list[bool]]
    weights: list[np.ndarray]


def start(out: Path, *words: str, config: str = "") -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    environment = os.environ | {"PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.Popen(
        [sys.executable, ROOT / "tests/replicas.py", out, *words],
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


def trained(out: Path, *words: str) -> Result:
    return result(start(out, *words), out)


def result(process: subprocess.Popen[str], out: Path) -> Result:
    stderr = ended(process)
    assert process.returncode == 0, stderr
    found = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(out.with_suffix(".npz")) as arrays:
        return Result(found["curve"], found["masks"], list(arrays.values()))


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
def one(tmp_path_factory) -> Result:
    return trained(tmp_path_factory.mktemp("one") / "one", "1", "mel_six_blocks")


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Result:
    return trained(tmp_path_factory.mktemp("two") / "two", "2", "mel_six_blocks")


@pytest.mark.slow
class TestTwoDevices:
    def test_the_learning_curve_is_that_of_one_device(self, one, two):
        assert one.curve["loss"][-1] < 0.5 * one.curve["loss"][0]  # else nothing was learnt
        assert_same_curve(two.curve, one.curve)

    def test_batch_normalisation_sees_the_whole_batch(self, tmp_path):
        alone, both = (
            trained(tmp_path / name, name, "mfcc_two_blocks", "1") for name in ("1", "2")
        )
        assert_same_curve(both.curve, alone.curve)

    def test_each_drops_units_of_its_own(self, one, two):
        assert len(one.masks) == 1
        first, second = two.masks
        assert first != second
        assert all(0 < sum(mask) < len(mask) for mask in two.masks)


@pytest.mark.slow
def test_two_machines_have_equal_weights_and_those_of_two_devices(tmp_path, one, two):
    outs = [tmp_path / "first", tmp_path / "second"]
    started = [
        start(out, "2", "mel_six_blocks", config=config)
        for out, config in zip(outs, configs(), strict=True)
    ]
    results = [result(each, out) for each, out in zip(started, outs, strict=True)]
    for each in results:
        assert_same_curve(each.curve, one.curve)
        assert all(map(np.array_equal, each.weights, two.weights))
    assert [mask for each in results for mask in each.masks] == two.masks


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_a_machine_that_dies_ends_the_other_with_one_clear_line(tmp_path, victim):
    started = [
        start(tmp_path / str(place), "2", "mfcc_two_blocks", "100000", config=config)
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


@pytest.mark.slow
def test_float16_trains_on_two_devices(tmp_path):
    curve = trained(tmp_path / "mixed", "2", "mfcc_two_blocks", "2", "mixed").curve
    assert curve["validation_accuracy"][-1] > 0.9


@pytest.mark.slow
def test_what_machines_cannot_share_is_refused(tmp_path):
    process = start(tmp_path / "x", "3", "mfcc_two_blocks", config=configs()[0])
    stderr = ended(process)
    assert process.returncode == 1
    assert "replicas is 3, no multiple of the 2 machines" in stderr
