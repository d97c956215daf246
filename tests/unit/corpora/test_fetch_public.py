"""The public corpus is taken from real Debian packages, by the table, and is complete or absent."""

import csv
import subprocess
from pathlib import Path

import fetch_public
import pytest
from pipeline import ROOT

from takht.errors import TakhtError


def row(composer, name, package="toy-music"):
    return {"composer": composer, "package": package, "file": f"usr/share/toy/{name}.ogg"}


ROWS = [row("many", f"song{number}") for number in range(3)] + [row("few", "single")]


@pytest.fixture
def package(tmp_path):
    """A real .deb whose files hold their own names."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: toy-music\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example.org>\n"
        "Description: toy\n"
    )
    for entry in ROWS:
        file = tree / entry["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(entry["file"])
    archive = tmp_path / "toy-music_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", tree, archive], check=True, capture_output=True)
    return archive


@pytest.fixture
def no_network(monkeypatch, package, tmp_path):
    """`apt-get download` replaced by a look at the package above; all else is real."""
    monkeypatch.setattr(fetch_public, "download", lambda _name, _folder: package)
    table = tmp_path / "public.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["composer", "package", "file"])
        writer.writeheader()
        writer.writerows(ROWS)
    monkeypatch.setattr(fetch_public, "TABLE", table)


@pytest.mark.usefixtures("no_network")
def test_files_stand_below_their_composers_and_small_composers_are_named(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    fetch_public.fetch(Path("public"))
    found = sorted(path.relative_to(tmp_path) for path in (tmp_path / "public").rglob("*.ogg"))
    assert [str(path) for path in found] == [f"public/many/song{number}.ogg" for number in range(3)]
    assert (tmp_path / "public/many/song1.ogg").read_text() == "usr/share/toy/song1.ogg"
    assert [path.name for path in (tmp_path / "public").iterdir()] == ["many"]
    assert "left out, with fewer than 3 recordings: few" in capsys.readouterr().err


@pytest.mark.usefixtures("no_network")
def test_a_file_the_release_lacks_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    rows = [*ROWS[:3], row("many", "gone")]
    monkeypatch.setattr(fetch_public, "kept", lambda _rows: rows)
    with pytest.raises(TakhtError, match="usr/share/toy/gone"):
        fetch_public.fetch(tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_without_apt_the_error_says_what_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TakhtError, match=r"apt-get: not found.*needs Debian"):
        fetch_public.download("toy-music", tmp_path)


def test_the_table_has_eleven_composers_with_enough_recordings_and_a_licence_each():
    with (ROOT / "corpora/public.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 100
    assert len({entry["composer"] for entry in fetch_public.kept(rows)}) == 11
    assert all(entry["licence"] and entry["evidence"] for entry in rows)
    names = [(entry["composer"], Path(entry["file"]).name) for entry in rows]
    assert len(set(names)) == len(names)
