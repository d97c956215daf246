"""A pair is worked on once for the content of both files, its text, the values and the code."""

import pytest

from takht.cache import per_pair
from takht.cache.per_pair import Pair, map_pairs


def join(item):
    first, second, calls = item
    with calls.open("a", encoding="utf-8") as log:
        log.write(f"{first.name}{second.name}\n")
    both = first.read_text(encoding="utf-8") + second.read_text(encoding="utf-8")
    return {"both": both} if both != "xy" else None


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what a run gives for pairs such as "ab cd", and which of them it worked on."""
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    monkeypatch.setattr(per_pair, "_PAIRS_AT_ONCE", 2)
    for name, text in {"a": "x", "b": "y", "c": "z", "d": "w"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    calls = tmp_path / "calls"

    def run(pairs, text="", values=""):
        calls.write_text("", encoding="utf-8")
        files = [[tmp_path / name for name in pair] for pair in pairs.split()]
        found = map_pairs(join, [Pair(*pair, text, (*pair, calls)) for pair in files], values, "j")
        return [each and each["both"] for each in found], calls.read_text("utf-8").split()

    return run


def test_only_new_pairs_are_worked_on(run, tmp_path, capsys):
    assert run("ab ac bc") == ([None, "xz", "yz"], ["ab", "ac", "bc"])
    assert "kept" not in capsys.readouterr().err
    assert run("ab ac ad bc bd") == ([None, "xz", "xw", "yz", "yw"], ["ad", "bd"])
    assert "j: 2 made, 3 kept" in capsys.readouterr().err
    assert run("ab ac ad bc bd") == ([None, "xz", "xw", "yz", "yw"], [])
    (tmp_path / "c").write_text("new", encoding="utf-8")
    assert run("ad bc bd") == (["xw", "ynew", "yw"], ["bc"])
    assert run("bd", values="other") == (["yw"], ["bd"])
    assert run("bd", text="elsewhere") == (["yw"], ["bd"])


def test_the_store_has_one_entry_a_first_file_which_forgets_other_pairs(run, tmp_path):
    for pairs in ("ab ac ad bc", "ab ad bc", "ab ad bd"):
        run(pairs)
    assert len(list((tmp_path / ".store").glob("??/*/entry.json"))) == 2
    assert run("bc")[1] == ["bc"]  # forgotten when bd came
    assert run("ac")[1] == []  # nothing came for a since


def test_files_of_the_same_content_share_an_entry_and_keep_all_of_it(run, tmp_path):
    (tmp_path / "b").write_text("x", encoding="utf-8")  # as a
    assert run("ac bd") == (["xz", "xw"], ["ac", "bd"])
    assert run("ac bd") == (["xz", "xw"], [])


def test_without_a_store_every_pair_is_worked_on(run, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_STORE_GB", "0")
    for _ in range(2):
        assert run("ab bc") == ([None, "yz"], ["ab", "bc"])
    assert not (tmp_path / ".store").exists()
