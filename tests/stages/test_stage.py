"""A stage gets its sections and paths, and what goes wrong reaches the user as a line."""

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from takht import stage
from takht.cache import store_folder
from takht.cache.store import open_store
from takht.errors import DiskFull
from takht.runtime.atomic import atomic_file
from takht.runtime.parallel import map_ordered
from takht.runtime.params import ParamError, Section, load_section


class Tuning(Section):
    at: ClassVar[str] = "scales.{scale}.tuning"
    pitch_hz: float = Field(gt=0, le=1000)


class Room(Section):
    at: ClassVar[str] = "room"
    name: str
    seats: int


PARAMS = """\
scales: {demo: {tuning: {pitch_hz: 440.0}}}
room: {name: "001", seats: 3}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(PARAMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAKHT_DEBUG", raising=False)
    return tmp_path


def test_sections_then_paths_reach_the_function():
    got = []

    def play(tuning: Tuning, room: Room, source: Path, target: Path) -> None:
        got.extend([tuning.pitch_hz, room.name, source, target])

    stage.run(play, ["scale=demo", "data/a=b", "data/c"])
    assert got == [440.0, "001", Path("data/a=b"), Path("data/c")]


def test_a_wrong_number_of_paths_shows_the_usage():
    def play(_room: Room, source: Path) -> None:
        raise AssertionError(source)

    with pytest.raises(SystemExit, match=r"usage: python src/play.py SOURCE"):
        stage.run(play, [])


def test_an_interrupt_is_a_line_and_130(capsys):
    def play(_source: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as caught:
        stage.run(play, ["x"])
    assert caught.value.code == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_an_interrupt_of_which_a_library_makes_an_error_is_one_all_the_same(capsys):
    def play(_source: Path) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("Error tokenizing data") from None

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as caught:
        stage.run(play, ["x"])
    assert caught.value.code == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err == "interrupted; nothing half-written was kept\n"


def test_an_interrupt_in_a_librarys_callback_is_a_line_and_no_traceback():
    script = """
import io, os, signal, soundfile
from pathlib import Path
from takht import stage
class Told(io.BytesIO):
    def write(self, data):
        os.kill(os.getpid(), signal.SIGINT)
        return super().write(data)
def play(_: Path) -> None:
    soundfile.write(Told(), [0.0] * 9, 8000, format="wav")
stage.run(play, ["x"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr == "interrupted; nothing half-written was kept\n"
    assert done.returncode == 130


def test_an_interrupt_that_is_swallowed_leaves_no_output_that_passes_for_good(folder, capsys):
    """So did the mp3 that libsndfile wrote when one of its callbacks had failed."""

    def play(source: Path) -> None:
        with atomic_file(source) as path:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            path.write_text("less than all")

    def sing(source: Path) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        went_on.extend(map_ordered(source.with_name, ["a"], label="sing"))

    def hum(_source: Path) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    went_on: list[Path] = []
    for work in (play, sing, hum):
        with pytest.raises(SystemExit) as caught:
            stage.run(work, ["x"])
        assert caught.value.code == 130
        assert capsys.readouterr().err == "interrupted; nothing half-written was kept\n"
    assert not (folder / "x").exists()
    assert went_on == []
    stage.run(lambda: None, [])  # what came before is forgotten


def test_a_full_disk_costs_a_store_on_another_nothing(folder, monkeypatch):
    monkeypatch.setenv("TAKHT_STORE", str(folder / "store"))
    (folder / "piece").write_text("costly")
    kept = open_store()
    kept.keep("0" * 64, folder / "piece", 1)
    kept.replace("1" * 64, lambda place: (place / "checkpoint.npz").write_text("hours"), 2)
    (folder / "piece").unlink()

    def play() -> None:
        raise DiskFull("elsewhere: the disk is full; free it", Path("/proc"))

    with pytest.raises(SystemExit, match="elsewhere: the disk is full"):
        stage.run(play, [])
    assert kept.note("0" * 64) == 1
    assert store_folder.make_room(folder / "store", folder) == len("costly")
    assert kept.note("0" * 64) is None
    assert kept.note("1" * 64) == 2  # a checkpoint is worth more than room


def test_seconds_go_to_the_file_that_is_asked_for(folder, monkeypatch):
    def play(_source: Path) -> None:
        sum(range(3_000_000))

    monkeypatch.setenv("TAKHT_TIMINGS", str(folder / "log"))
    stage.run(play, ["experiment=mine", "x"])
    line = json.loads((folder / "log").read_text())
    assert (line["stage"], line["experiment"]) == ("play", "mine")
    assert line["cpu_s"] > 0
    assert line["wall_s"] > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("room: {name: x}", r"room.seats: Field required"),
        ("room: {name: x, seats: 3, chairs: 2}", r"room.chairs: .* got 2; remove the key"),
        ('room: {name: x, seats: "3"}', r"room.seats: .*integer, got '3'"),
        ("room: {name: 1, seats: 3}", r"room.name: .*string, got 1"),
        ("rooms: {}", r"no section 'room'; add it"),
        ("room: [", r"not readable as YAML"),
        ("room: !!python/object/apply:os.system [ls]", r"not readable as YAML"),
    ],
)
def test_bad_params_name_file_key_rule_value_and_remedy(folder, text, message):
    (folder / "params.yaml").write_text(text)
    with pytest.raises(ParamError, match=rf"params\.yaml: .*{message}"):
        load_section(Room, {})


def test_every_bad_key_is_named_and_quotes_about_a_number_are_explained(folder):
    (folder / "params.yaml").write_text(
        "room: {name: 5, seats: x}\nscales: {s: {tuning: {pitch_hz: '1e-3'}}}"
    )
    with pytest.raises(ParamError) as caught:
        load_section(Room, {})
    assert len(str(caught.value).splitlines()) == 2
    with pytest.raises(ParamError, match=r"got '1e-3'; write a plain number without quotes"):
        load_section(Tuning, {"scale": "s"})
    with pytest.raises(ParamError, match=r"scale=NAME: not given; write it before the paths"):
        load_section(Tuning, {})
