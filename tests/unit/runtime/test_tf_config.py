"""TF_CONFIG says which machine this is, and only the first one's outputs stay."""

import json

import pytest

from takht.errors import TakhtError
from takht.runtime.atomic import atomic_file, atomic_folder
from takht.runtime.tf_config import is_writer, read_position


def config(index: int) -> str:
    workers = ["one:2222", "two:2222", "three:2222"]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})


def test_without_tf_config_a_machine_is_alone_and_writes(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert read_position() == (1, 0)
    assert is_writer()


def test_the_first_of_several_writes(monkeypatch):
    found = []
    for index in range(3):
        monkeypatch.setenv("TF_CONFIG", config(index))
        found.append((read_position(), is_writer()))
    assert found == [((3, 0), True), ((3, 1), False), ((3, 2), False)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        config(3),
        config(-1),
        config(0).replace('"worker"', '"chief"'),
        '{"cluster": 1}',
    ],
)
def test_what_is_not_a_list_of_workers_is_refused_with_an_example(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(TakhtError, match=r"TF_CONFIG: not a list of workers .* write \{"):
        read_position()


@pytest.mark.parametrize(("index", "kept"), [(0, True), (1, False)])
def test_only_the_first_machine_touches_outputs(tmp_path, monkeypatch, index, kept):
    monkeypatch.setenv("TF_CONFIG", config(index))
    (tmp_path / ".model.partial").mkdir()  # of another machine, at work on the same disk
    (tmp_path / ".curve.csv.partial").write_text("half")
    with atomic_folder(tmp_path / "model") as folder:
        (folder / "weights").write_text("new")
    with atomic_file(tmp_path / "curve.csv") as path:
        path.write_text("new")
    names = {each.name for each in tmp_path.iterdir()}
    others = {".model.partial", ".curve.csv.partial"}
    assert names == ({"model", "curve.csv"} if kept else others)
