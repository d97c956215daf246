"""Files go by their content, folders by their files in order, and pipes are no files."""

import os

import pytest

from takht.core.hashing import hash_file, hash_text, walk_files

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2: of "abc"


def test_the_hash_is_sha_256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a") == hash_text("abc") == ABC


def test_a_folder_is_its_files_in_order(tmp_path):
    for name in ("b/c", "a", "b/a", "z"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(walk_files(tmp_path)) == [tmp_path / name for name in ("a", "b/a", "b/c", "z")]
    assert list(walk_files(tmp_path / "a")) == [tmp_path / "a"]
    assert list(walk_files(tmp_path / "gone")) == []


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="device, pipe or folder"):
            hash_file(path)
