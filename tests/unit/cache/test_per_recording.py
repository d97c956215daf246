"""A product is made once for its inputs, values and code, and comes back at its place."""

import pytest

from takht.cache.per_recording import RecordingCache, Task


def copy_twice(item, target):
    """Write an input's text twice and note how often this was called for it."""
    path, calls = item
    with calls.open("a", encoding="utf-8") as log:
        log.write(f"{path.name}\n")
    assert not target.exists()
    target.write_text(2 * path.read_text(encoding="utf-8"), encoding="utf-8")
    return {"name": path.name, "size": (target.stat().st_size,)}


@pytest.fixture
def calls(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    return tmp_path / "calls"


def tasks(folder, calls, names, value=1):
    paths = [folder / name for name in names]
    return [Task(f"out/{path.name}", (path,), value, (path, calls)) for path in paths]


def drained(calls):
    text = calls.read_text(encoding="utf-8") if calls.exists() else ""
    calls.unlink(missing_ok=True)
    return sorted(text.split())


def test_only_what_changed_is_made(tmp_path, calls, capsys):
    for name, text in {"a": "x", "b": "yy", "c": "z"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    cache = RecordingCache(copy_twice, "copy")

    def run(names, folder, value=1):
        notes = cache.map(tasks(tmp_path, calls, names, value), tmp_path / folder)
        return [(note["name"], *note["size"]) for note in notes]

    assert run("ba", "1") == [("b", 4), ("a", 2)]
    assert drained(calls) == ["a", "b"]
    assert "kept" not in capsys.readouterr().err
    assert run("acb", "2") == [("a", 2), ("c", 2), ("b", 4)]
    assert drained(calls) == ["c"]
    assert "copy: 1 made, 2 kept" in capsys.readouterr().err
    texts = [(tmp_path / "2/out" / name).read_text(encoding="utf-8") for name in "abc"]
    assert texts == ["xx", "yyyy", "zz"]
    (tmp_path / "b").write_text("new", encoding="utf-8")
    assert run("abc", "3") == [("a", 2), ("b", 6), ("c", 2)]
    assert drained(calls) == ["b"]
    assert run("a", "4", value=2) == [("a", 2)]
    assert drained(calls) == ["a"]


def test_notes_alone_leave_no_product_and_what_is_not_to_be_kept_is_made_again(tmp_path, calls):
    for name in "ab":
        (tmp_path / name).write_text(name, encoding="utf-8")
    cache = RecordingCache(copy_twice, "copy", is_kept=lambda note: note["name"] == "a")
    for made in (["a", "b"], ["b"]):
        notes = cache.map_notes(tasks(tmp_path, calls, "ab"), tmp_path / "scratch")
        assert [note["name"] for note in notes] == ["a", "b"]
        assert drained(calls) == made
        assert list((tmp_path / "scratch/out").iterdir()) == []
