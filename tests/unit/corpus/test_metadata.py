"""composers.csv and recordings.csv are believed only where they name what is there."""

import pytest

from takht.corpus.metadata import read_labels, read_works
from takht.errors import TakhtError


def test_files_are_named_in_either_spelling(tmp_path):
    (tmp_path / "recordings.csv").write_text("file,work\na/e\u0301.mp3,رباعية\n", encoding="utf-8")
    assert read_works(tmp_path, ["a/\u00e9.mp3"]) == {"a/\u00e9.mp3": "رباعية"}


def test_without_tables_folders_are_their_own_labels(tmp_path):
    assert read_labels(tmp_path, ["a"]) == {"a": "a"}


def test_every_bad_row_is_named(tmp_path):
    (tmp_path / "composers.csv").write_text("folder,label\na,A\nghost,G\na,B\nb, \n")
    with pytest.raises(TakhtError) as caught:
        read_labels(tmp_path, ["a", "b"])
    said = str(caught.value).splitlines()
    assert len(said) == 3
    assert "row 3: folder 'ghost' is not in the corpus" in said[0]
    assert "row 4: folder 'a' appears twice" in said[1]
    assert "row 5: folder 'b' has no label" in said[2]


def test_missing_column_is_named(tmp_path):
    (tmp_path / "composers.csv").write_text("directory,label\na,A\n")
    with pytest.raises(TakhtError, match="columns folder and label are needed"):
        read_labels(tmp_path, ["a"])


def test_two_composers_cannot_share_a_label(tmp_path):
    (tmp_path / "composers.csv").write_text("folder,label\na,Trad\nb,Trad\n", encoding="utf-8")
    with pytest.raises(TakhtError, match=r"label 'Trad' stands for a and b; give each"):
        read_labels(tmp_path, ["a", "b", "c"])
    (tmp_path / "composers.csv").write_text("folder,label\na,c\n", encoding="utf-8")
    with pytest.raises(TakhtError, match=r"label 'c' stands for a and c"):
        read_labels(tmp_path, ["a", "b", "c"])
