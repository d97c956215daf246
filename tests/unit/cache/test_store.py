"""What the store gives back is what was put in, or nothing at all."""

import errno
import multiprocessing
import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from tasks import contents, use_store

from takht.cache import store_folder
from takht.cache.store import NoStore, Store, open_store
from takht.errors import TakhtError

KEY = "ab" + "0" * 62


@pytest.fixture
def kept(tmp_path):
    """A store that holds a folder of two files under KEY."""
    made = Store(tmp_path / "store", 10**9)
    product = tmp_path / "product"
    (product / "ع").mkdir(parents=True)
    (product / "0000.wav").write_bytes(bytes(range(256)))
    (product / "ع" / "x").write_text("عود")
    made.keep(KEY, product, {"seconds": 0.1, "name": "عود"})
    return made


def test_a_folder_and_its_note_come_back(kept, tmp_path):
    assert kept.fetch(KEY, tmp_path / "out" / "x") == {"seconds": 0.1, "name": "عود"}
    assert contents(tmp_path / "out" / "x") == contents(tmp_path / "product")
    assert kept.note(KEY) == {"seconds": 0.1, "name": "عود"}
    assert kept.fetch("cd" * 32, tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_a_file_and_a_bare_note_come_back(kept, tmp_path):
    (tmp_path / "one.npy").write_bytes(b"123")
    kept.keep("11" * 32, tmp_path / "one.npy", 7)
    assert kept.fetch("11" * 32, tmp_path / "deep" / "two.npy") == 7
    assert (tmp_path / "deep" / "two.npy").read_bytes() == b"123"
    kept.keep("22" * 32, tmp_path / "nothing", [1.5, "x"])
    assert kept.fetch("22" * 32, tmp_path / "still nothing") == [1.5, "x"]
    assert not (tmp_path / "still nothing").exists()


def test_files_are_shared_not_copied(kept, tmp_path):
    kept.fetch(KEY, tmp_path / "out")
    assert (tmp_path / "out/0000.wav").samefile(tmp_path / "product/0000.wav")


def test_any_flipped_bit_is_noticed_named_and_thrown_out(kept, tmp_path, capsys):
    rng = np.random.default_rng(0)
    entry = tmp_path / "store" / "ab" / KEY
    for file in sorted(path for path in entry.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        for place in rng.integers(len(whole), size=20):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << rng.integers(8)
            file.unlink()  # the product shares the file
            file.write_bytes(damaged)
            assert kept.fetch(KEY, tmp_path / "out") is None
            assert not (tmp_path / "out").exists()
            assert not entry.exists()
            assert str(entry) in capsys.readouterr().err
            kept.keep(KEY, tmp_path / "product", {"seconds": 0.1, "name": "عود"})
    assert kept.fetch(KEY, tmp_path / "out") is not None


def refuse(*_):
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


@pytest.mark.parametrize("on_another_disk", [False, True])
def test_of_several_the_damaged_and_the_missing_are_none(
    kept, tmp_path, capsys, monkeypatch, on_another_disk
):
    keys = [KEY, "11" * 32, "22" * 32, "33" * 32]
    for number, key in enumerate(keys[1:3]):
        (tmp_path / key).write_bytes(b"product")
        kept.keep(key, tmp_path / key, number)
    damaged = tmp_path / "store/11" / keys[1] / "product"
    damaged.unlink()
    damaged.write_bytes(b"pr0duct")
    if on_another_disk:
        monkeypatch.setattr(Store, "_is_on_disk_of", lambda *_: False)
        monkeypatch.setattr(os, "link", refuse)
    notes = kept.fetch_all(keys, [tmp_path / "out" / key for key in keys])
    assert notes == [{"seconds": 0.1, "name": "عود"}, None, 1, None]
    assert {file.name for file in (tmp_path / "out").iterdir()} == {keys[0], keys[2]}
    assert contents(tmp_path / "out" / KEY) == contents(tmp_path / "product")
    assert f"{damaged.parent}: damaged" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["entry.json", "product/0000.wav", "product/ع/x"])
def test_what_is_half_gone_is_made_again(kept, tmp_path, name):
    (tmp_path / "store" / "ab" / KEY / name).unlink()
    assert kept.fetch(KEY, tmp_path / "out") is None
    assert not (tmp_path / "out").exists()
    kept.keep(KEY, tmp_path / "product", 1)
    assert kept.fetch(KEY, tmp_path / "out") == 1


def test_an_entry_that_is_no_entry_is_made_again(kept, tmp_path):
    (tmp_path / "store" / "ab" / KEY / "entry.json").write_text("[]")
    assert kept.fetch(KEY, tmp_path / "out") is None


def test_others_may_read_an_entry_and_one_that_cannot_enter_is_named(kept, tmp_path, capsys):
    (tmp_path / "plain").mkdir()
    modes = [path.stat().st_mode for path in (tmp_path / "plain", tmp_path / "store" / "ab" / KEY)]
    assert modes[0] == modes[1]  # what the umask leaves
    kept.keep(KEY, tmp_path / "product", 1)
    assert capsys.readouterr().err == ""  # a run beside this one was first
    (tmp_path / "store" / "ab" / KEY.replace("0", "1")).touch()
    kept.keep(KEY.replace("0", "1"), tmp_path / "product", 1)
    assert "cannot keep finished results (Not a directory)" in capsys.readouterr().err


def test_an_output_that_is_edited_in_place_damages_the_entry_and_that_is_noticed(kept, tmp_path):
    kept.fetch(KEY, tmp_path / "out")
    with (tmp_path / "out/0000.wav").open("r+b") as file:
        file.write(b"edited")
    assert kept.fetch(KEY, tmp_path / "again") is None


def test_over_the_limit_the_longest_unused_goes_first(tmp_path):
    made = Store(tmp_path / "store", 2500)
    keys = [f"{number:02d}" * 32 for number in range(4)]
    for age, key in enumerate(keys):
        (tmp_path / key).write_bytes(os.urandom(1000))
        made.keep(key, tmp_path / key, age)
        os.utime(tmp_path / "store" / key[:2] / key / "entry.json", (age, age))
    assert made.fetch(keys[0], tmp_path / "used") == 0
    made.tidy()
    assert [made.note(key) for key in keys] == [0, None, None, 3]
    made.tidy()
    assert [made.note(key) for key in keys] == [0, None, None, 3]


def test_entries_are_looked_at_only_where_they_may_pass_the_limit(tmp_path, monkeypatch):
    looks = []
    look = store_folder.list_entries
    monkeypatch.setattr(store_folder, "list_entries", lambda root: looks.append(1) or look(root))
    made = Store(tmp_path / "store", 2500)
    for number in range(4):
        (tmp_path / f"{number}").write_bytes(os.urandom(1000))

    def keep(number):
        made.keep(f"{number:02d}" * 32, tmp_path / f"{number}", number)
        os.utime(tmp_path / f"store/{number:02d}" / (f"{number:02d}" * 32) / "entry.json", (9, 9))
        looks.clear()
        made.tidy()
        return len(looks)

    assert keep(0) == 1  # nothing was counted yet
    assert keep(1) == 0
    assert keep(2) == 1
    assert [made.note(f"{number:02d}" * 32) for number in range(3)].count(None) == 1
    made.remove("02" * 32)
    (tmp_path / "store/bytes").unlink()
    assert keep(3) == 1
    (tmp_path / "store/bytes").write_text("")
    assert keep(3) == 1


def test_what_enters_during_a_look_is_counted(tmp_path, monkeypatch):
    made, look = Store(tmp_path / "store", 2500), store_folder.list_entries

    def keep(number, size):
        (tmp_path / f"{number}").write_bytes(os.urandom(size))
        made.keep(f"{number:02d}" * 32, tmp_path / f"{number}", number)

    def look_beside_another(root):
        found = look(root)
        assert not store_folder.is_within(root, made.limit_bytes)
        keep(1, 2000)
        return found

    keep(0, 1000)
    monkeypatch.setattr(store_folder, "list_entries", look_beside_another)
    made.tidy()
    assert not store_folder.is_within(made.root, 2999)
    assert store_folder.is_within(made.root, 3000)


def test_what_a_killed_run_left_goes_and_what_a_running_one_makes_stays(kept, tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    partial = tmp_path / "store" / "partial"
    names = [f"{platform.node()}-{pid}-x" for pid in (ended.pid, os.getpid())]
    (partial / ".DS_Store").touch()
    for name in [*names, f"elsewhere-{ended.pid}-x"]:
        (partial / name / "product").mkdir(parents=True)
    kept.sweep()
    assert sorted(path.name for path in partial.iterdir()) == sorted(
        [".DS_Store", names[1], f"elsewhere-{ended.pid}-x"]
    )


def test_two_runs_at_once_never_see_half_an_entry(tmp_path, capfd):
    product = tmp_path / "product"
    product.mkdir()
    for number in range(5):
        (product / f"{number}").write_bytes(os.urandom(200))
    context = multiprocessing.get_context("spawn")
    runs = [
        context.Process(target=use_store, args=(tmp_path / "store", product, seed))
        for seed in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert "is not what was kept" not in capfd.readouterr().err


def test_the_store_is_the_repositorys_also_from_a_queued_experiment(tmp_path, monkeypatch):
    monkeypatch.delenv("TAKHT_STORE")
    for below in (".", ".dvc/tmp/exps/tmp1", ".dvc/tmp/exps/standalone/tmp2"):
        (tmp_path / below).mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(tmp_path / below)
        assert open_store().root == tmp_path / ".takht/store"
    monkeypatch.setenv("TAKHT_STORE", "elsewhere")
    assert open_store().root == tmp_path / below / "elsewhere"


def test_the_size_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("TAKHT_STORE_GB", "0.5")
    assert open_store().limit_bytes == 500_000_000
    monkeypatch.setenv("TAKHT_STORE_GB", "0")
    none = open_store()
    assert isinstance(none, NoStore)
    none.keep(KEY, tmp_path, 1)
    assert none.note(KEY) is None
    assert none.fetch(KEY, tmp_path / "out") is None
    for bad in ("-1", "viel", "inf", "nan"):
        monkeypatch.setenv("TAKHT_STORE_GB", bad)
        with pytest.raises(TakhtError, match=f"TAKHT_STORE_GB: .*'{bad}'; fix or unset it"):
            open_store()
