"""Every audio file below a folder is found, and nothing is left out in silence."""

import os
from pathlib import Path

from takht.cli.arguments.audio_paths import find_audio


def touch(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"x")


def test_audio_is_found_at_every_depth_in_the_order_of_names(tmp_path):
    touch(tmp_path, "b/2.MP3", "b/1.flac", "أ/ب/ج.ogg", "z.wav", "a.m4a", ".hidden/x.mp3")
    touch(tmp_path, "b/cover.jpg", "notes", "b/._1.flac", "b/Thumbs.db")
    found = find_audio([tmp_path])
    files = [path.relative_to(tmp_path).as_posix() for path in found.audio]
    assert files == ["a.m4a", "z.wav", "b/1.flac", "b/2.MP3", "أ/ب/ج.ogg"]
    assert [path.name for path in found.passed_over] == ["notes", "cover.jpg"]
    assert found.faults == {}


def test_a_named_file_is_taken_whatever_its_name_and_none_twice(tmp_path):
    touch(tmp_path, "a.mp3", "b.xyz")
    found = find_audio([tmp_path / "b.xyz", tmp_path / "a.mp3", tmp_path])
    assert found.audio == [tmp_path / "b.xyz", tmp_path / "a.mp3"]


def test_what_cannot_be_used_is_named_and_why(tmp_path):
    touch(tmp_path, "good/a.mp3", "pictures/b.jpg")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "good/pipe.wav")
    (tmp_path / "good/link.mp3").symlink_to("nowhere")
    (tmp_path / "good/folder").symlink_to(tmp_path / "pictures")
    found = find_audio(tmp_path / name for name in ("gone.mp3", "empty", "pictures", "good"))
    assert found.audio == [tmp_path / "good/a.mp3"]
    reasons = {path.relative_to(tmp_path).as_posix(): why for path, why in found.faults.items()}
    assert "no such file or folder" in reasons["gone.mp3"]
    assert "holds no file with an audio extension" in reasons["empty"]
    assert "holds no file with an audio extension" in reasons["pictures"]
    assert "device or pipe" in reasons["good/pipe.wav"]
    assert "no such file" in reasons["good/link.mp3"]
    assert all(";" in why for why in reasons.values())  # and what to do
    assert tmp_path / "good/folder" in found.passed_over


def test_a_folder_that_may_not_be_listed_is_named(tmp_path, monkeypatch):
    touch(tmp_path, "a.mp3", "closed/b.mp3")
    listed = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "closed":  # root, who may run this test, is refused nothing
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find_audio([tmp_path])
    assert found.audio == [tmp_path / "a.mp3"]
    assert "cannot be listed, Permission denied" in found.faults[tmp_path / "closed"]
