"""An output is complete or absent, whatever happens while it is written."""

import pytest

from takht.runtime.atomic import atomic_file, atomic_folder


def interrupted(output):
    """Fail after half of an output is written."""
    with output as path:
        (path / "half" if path.is_dir() else path).write_text("half")
        _ = 1 / 0


def test_a_folder_appears_only_when_its_block_ends_well(tmp_path):
    target = tmp_path / "deep" / "out"
    with atomic_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    with pytest.raises(ZeroDivisionError):
        interrupted(atomic_folder(target))
    assert (target / "a").read_text() == "1"


def test_what_a_killed_run_left_does_not_reach_the_next(tmp_path):
    left = tmp_path / ".out.partial"
    left.mkdir()
    (left / "half").write_text("…")
    with atomic_folder(tmp_path / "out") as folder:
        (folder / "whole").write_text("1")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "whole"]


def test_a_file_replaces_the_old_one_or_leaves_it(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError):
        interrupted(atomic_file(target))
    assert target.read_text() == "old"
    with atomic_file(target) as path:
        path.write_text("new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
