"""Every file of a composer's folder is found or rejected; nothing is opened, nothing is lost."""

import os
import re
import subprocess
import unicodedata

import pytest

from takht.corpus.scan import require_composers, require_works, scan_corpus
from takht.errors import TakhtError


def put(root, *files):
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def reasons(root):
    return {each.file: each.reason for each in scan_corpus(root)[1]}


def test_recordings_are_found_in_code_point_order_whatever_the_spelling(tmp_path):
    nfd = unicodedata.normalize("NFD", "آمال")
    put(tmp_path, f"{nfd}/{nfd}.mp3", "b/2.wav", "b/10.wav", "a/x.y.flac")
    found, rejected = scan_corpus(tmp_path)
    assert [each.recording for each in found] == ["a/x.y", "b/10", "b/2", "آمال/آمال"]
    assert found[-1].file == f"{nfd}/{nfd}.mp3"
    assert not rejected


def test_clutter_is_passed_over(tmp_path):
    clutter = [".DS_Store", "._song.mp3", "Thumbs.db", "desktop.ini", ".git/x.mp3"]
    put(
        tmp_path,
        "a/x.wav",
        *(f"a/{name}" for name in clutter),
        "__MACOSX/a/y.mp3",
        ".gitignore",
        ".git/objects/z.mp3",
    )
    put(tmp_path, "README.md", "LICENSE", "recordings.csv", "composers.csv")
    found, rejected = scan_corpus(tmp_path)
    assert ([each.file for each in found], rejected) == (["a/x.wav"], [])


def test_each_misplaced_file_has_its_reason(tmp_path):
    root = tmp_path / "root"
    put(root, "a/x.wav", "a/album/y.mp3", "loose.mp3", "index.csv/z.mp3")
    put(root, "c /z.mp3", "a/tail .mp3", "a/new\nline.mp3", "a/settings.json.mp3")
    put(tmp_path, "out.wav")
    (root / "a/dir.mp3").mkdir()
    (root / "empty").mkdir()
    (root / "a/out.wav").symlink_to(tmp_path / "out.wav")
    (root / "a/loop.wav").symlink_to("loop.wav")
    (root / "a/up.wav").symlink_to("..")
    (root / "away").symlink_to(tmp_path)
    os.mkfifo(root / "a/pipe.wav")
    said = reasons(root)
    expected = {
        "loose.mp3": "outside the composers' folders",
        "index.csv/z.mp3": "its folder's name is reserved",
        "c /z.mp3": "its folder's name begins or ends with a space",
        "a/tail .mp3": "begins or ends with a space",
        "a/new\nline.mp3": "control character",
        "a/settings.json.mp3": "reserved for the pipeline",
        "a/dir.mp3": "is a folder",
        "empty": "holds no recording",
        "a/out.wav": "leads out of the corpus",
        "a/loop.wav": "leads nowhere",
        "a/up.wav": "is a folder",
        "a/pipe.wav": "device or pipe",
        "away": "leads back to the corpus",
    }
    wrong = {
        file: said.get(file) for file, why in expected.items() if why not in said.get(file, "")
    }
    assert not wrong
    assert [each.file for each in scan_corpus(root)[0]] == ["a/album/y.mp3", "a/x.wav"]


def test_one_name_twice_rejects_both_and_says_where(tmp_path):
    nfc, nfd = "\u00e9", "e\u0301"
    put(tmp_path, f"a/{nfc}.wav", f"a/{nfd}.mp3", "a/ok.mp3")
    said = reasons(tmp_path)
    assert set(said) == {f"a/{nfc}.wav", f"a/{nfd}.mp3"}
    assert f"a/{nfd}.mp3" in said[f"a/{nfc}.wav"]


def test_missing_root_says_what_to_set(tmp_path):
    with pytest.raises(TakhtError, match=r"nowhere: no such folder; set corpus\.root"):
        scan_corpus(tmp_path / "nowhere")


def test_one_composer_is_not_enough(tmp_path):
    with pytest.raises(TakhtError, match=r"at least two composers are needed, found 1 \['a'\]"):
        require_composers(tmp_path, ["a", "a"])


def test_a_composer_needs_a_work_for_every_side(tmp_path):
    works = [("b", "1"), ("b", "2"), ("b", "2"), ("a", "1"), *(("c", each) for each in "123")]
    require_works(tmp_path, works[-3:])
    with pytest.raises(TakhtError) as error:
        require_works(tmp_path, works)
    found = [
        re.search(r"/(\w): .* 3 .*, got (\d);", line).groups()
        for line in str(error.value).splitlines()
    ]
    assert found == [("a", "1"), ("b", "2")]


def test_a_folder_that_links_out_is_not_looked_into(tmp_path):
    root = tmp_path / "root"
    put(root, "a/x.wav")
    put(tmp_path, "elsewhere/y.wav")
    (root / "out").symlink_to("../elsewhere")
    (root / "all").symlink_to("/")
    (root / "self").symlink_to(".")
    (root / "loop").symlink_to("loop")
    said = reasons(root)
    assert {file: why.split(";")[0] for file, why in said.items()} == {
        "out": "symbolic link leads out of the corpus",
        "all": "symbolic link leads back to the corpus",
        "self": "symbolic link leads back to the corpus",
        "loop": "symbolic link leads nowhere",
    }


def test_folders_deeper_than_python_recurses_or_a_path_is_long_have_a_reason(tmp_path):
    put(tmp_path, "a/x.wav")
    here = os.open(tmp_path / "a", os.O_RDONLY)
    for _ in range(2200):  # a path may have 4096 bytes
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    ((file, reason),) = reasons(tmp_path).items()
    assert file.startswith("a/d/d/d")
    assert "cannot be listed, File name too long" in reason
    subprocess.run(["rm", "-r", tmp_path / "a"], check=True)  # pytest's own clearing recurses


def test_a_folder_that_may_not_be_listed_has_its_reason(tmp_path, monkeypatch):
    put(tmp_path, "a/x.wav", "closed/y.wav", "a/closed/z.wav")
    listed = os.scandir

    def refusing(path):
        if os.fspath(path).endswith("closed"):  # root, who may run this test, is refused nothing
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert set(reasons(tmp_path)) == {"closed", "a/closed"}
    assert all("cannot be listed, Permission denied" in why for why in reasons(tmp_path).values())


def test_what_is_passed_over_is_counted(tmp_path, capsys):
    put(tmp_path, "a/x.wav", ".git/objects/z.mp3", "a/._x.wav", "a/.hidden.mp3", "a/Thumbs.db")
    scan_corpus(tmp_path)
    said = capsys.readouterr().err
    assert said == (
        f"{tmp_path}: 4 hidden or system files ignored (.git, a/._x.wav, a/.hidden.mp3, …)\n"
    )
