"""A file is read once an hour, and again whenever it may have changed."""

import hashlib
import os
import sqlite3
import time
from pathlib import Path

import pytest

from takht.cache import file_hashes
from takht.cache.file_hashes import TRUSTED_SECONDS, RecentHashes
from takht.core import hashing

LONG_AGO = time.time() - 86_400


@pytest.fixture
def read(monkeypatch):
    """The names of the files that were read to be hashed."""
    names, real = [], hashing.hash_file
    monkeypatch.setattr(
        file_hashes, "hash_file", lambda file: names.append(file.name) or real(file)
    )
    return names


def file_of(path, content, seconds=LONG_AGO):
    path.write_bytes(content)
    os.utime(path, (seconds, seconds))
    return path


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_a_later_stage_does_not_read_what_an_earlier_one_has_read(tmp_path, read):
    file = file_of(tmp_path / "a.wav", b"abc")
    os.link(file, tmp_path / "b.wav")
    first = RecentHashes(tmp_path / "store/hashes.sqlite")
    assert first.hash_file(file) == first.hash_file(tmp_path / "b.wav") == sha256(b"abc")
    first.save()
    assert RecentHashes(tmp_path / "store/hashes.sqlite").hash_file(file) == sha256(b"abc")
    assert read == ["a.wav"]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_bytes(b"abd"),  # in place
        lambda file: file_of(file, b"abcd"),  # the time set back, but longer
        lambda file: file_of(file.with_name("new"), b"abd").rename(file),  # time and size the same
    ],
)
def test_a_changed_file_is_read_again(tmp_path, change):
    file = file_of(tmp_path / "a.wav", b"abc")
    before = RecentHashes(tmp_path / "hashes.sqlite")
    before.hash_file(file)
    before.save()
    change(file)
    for hashes in (before, RecentHashes(tmp_path / "hashes.sqlite")):
        assert hashes.hash_file(file) == sha256(file.read_bytes())


def test_after_an_hour_or_with_a_clock_set_back_it_is_read_again(tmp_path, read, monkeypatch):
    file = file_of(tmp_path / "a.wav", b"abc")
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    hashes.hash_file(file)
    hashes.save()
    now, seconds = time.time(), TRUSTED_SECONDS
    for later, times in ((seconds - 60, 1), (seconds + 60, 2), (-60, 3)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        RecentHashes(tmp_path / "hashes.sqlite").hash_file(file)
        assert len(read) == times


def test_of_several_files_those_that_changed_are_read(tmp_path, read):
    files = [file_of(tmp_path / name, name.encode()) for name in "abcd"]
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    hashes.hash_files(files[:3])
    file_of(files[1], b"B", LONG_AGO + 1)
    read.clear()
    assert hashes.hash_files(files) == [sha256(content) for content in (b"a", b"B", b"c", b"d")]
    assert sorted(read) == ["b", "d"]


def test_a_file_that_was_just_written_is_not_remembered(tmp_path, read):
    file = file_of(tmp_path / "a.wav", b"abc", time.time())
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    hashes.hash_file(file)
    hashes.hash_file(file)
    assert len(read) == 2


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0 torn off"])
def test_a_broken_database_is_begun_anew(tmp_path, read, content):
    file = file_of(tmp_path / "a.wav", b"abc")
    (tmp_path / "hashes.sqlite").write_bytes(content)
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    assert hashes.hash_file(file) == sha256(b"abc")
    hashes.save()
    RecentHashes(tmp_path / "hashes.sqlite").hash_file(file)
    assert len(read) == 1


def test_another_table_of_that_name_costs_a_reading(tmp_path):
    file = file_of(tmp_path / "a.wav", b"abc")
    with sqlite3.connect(tmp_path / "hashes.sqlite") as opened:
        opened.execute("CREATE TABLE hashes (x)")
    opened.close()
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    assert hashes.hash_file(file) == sha256(b"abc")
    hashes.save()
    assert RecentHashes(tmp_path / "hashes.sqlite").hash_file(file) == sha256(b"abc")


def test_where_nothing_can_be_kept_files_are_read(tmp_path):
    file = file_of(tmp_path / "a.wav", b"abc")
    (tmp_path / "store").write_text("a file where the folder would be")
    hashes = RecentHashes(tmp_path / "store/hashes.sqlite")
    assert hashes.hash_file(file) == sha256(b"abc")
    hashes.save()


def test_all_files_below_are_hashed_with_their_places(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("b", "a"):
        file_of(tmp_path / "in" / name, name.encode())
    groups = [[tmp_path / "in", tmp_path / "none"], [], [tmp_path / "in/b"]]
    a, b = sha256(b"a"), sha256(b"b")
    assert RecentHashes(None).hash_groups(groups) == [[f"a {a}", f"b {b}"], [], [f". {b}"]]


def test_an_inode_larger_than_numbers_of_the_database_is_one_like_another(tmp_path, monkeypatch):
    usual = Path.stat

    def stat(path, **options):
        found = usual(path, **options)
        rest = {"st_mtime_ns": found.st_mtime_ns}
        return os.stat_result((found[0], found.st_ino + 2**63, *found[2:]), rest)

    file = file_of(tmp_path / "a", b"a")
    os.utime(file, (1, 1))
    monkeypatch.setattr(Path, "stat", stat)
    hashes = RecentHashes(tmp_path / "hashes.sqlite")
    assert hashes.hash_file(file) == sha256(b"a")
    hashes.save()
    assert len(RecentHashes(tmp_path / "hashes.sqlite")._known) == 1
