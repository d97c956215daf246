"""What people write beside a corpus is one value however it is spelt, and is not trusted."""

import os
import time

import pytest

from takht.corpus.metadata import read_composers, read_labels, read_works
from takht.corpus.written_tables import read_rows
from takht.errors import TakhtError

FILES = ["a/1.wav", "a/2.wav", "a/3.wav", "Ba/4.wav"]


def works(root, text):
    (root / "recordings.csv").write_text(text, encoding="utf-8")
    return read_works(root, FILES)


@pytest.mark.parametrize(
    "other",
    [
        *("caf\u00e9 \u0644\u064a\u0644", " cafe\u0301\u00a0 \u0644\u064a\u0644 "),
        *("\ufeffcafe\u0301\u200b \u0644\u0640\u064a\u0644\u200f", "CAF\u00c9\t\ufedf\ufef4\ufede"),
        *("\u202acaf\u00e9 \u0644\u064a\u0644\u202c", "caf\u00ad\u00e9 \u0644\u200c\u064a\u0644"),
    ],
)
def test_one_work_never_lands_on_two_sides(tmp_path, other):
    written = works(tmp_path, f"file,work\na/1.wav,caf\u00e9 \u0644\u064a\u0644\na/2.wav,{other}\n")
    assert len(set(written.values())) == 1


def test_different_works_stay_apart_and_are_shown_as_written(tmp_path):
    found = works(
        tmp_path,
        "file,work\na/1.wav,Lamma 1\na/2.wav,Lamma 2\na/3.wav,\u0645\u06cc\u200c\u0631\u0648\n",
    )
    assert list(found.values()) == ["Lamma 1", "Lamma 2", "\u0645\u06cc\u200c\u0631\u0648"]


def test_blank_rows_and_capitals_of_the_head_do_not_matter(tmp_path):
    assert works(tmp_path, "File,WORK\n,\n a/1.wav,X\n ,\u200b\n,\n") == {"a/1.wav": "X"}


def test_files_and_labels_are_found_and_shown_without_blanks_and_marks(tmp_path):
    assert works(tmp_path, "\ufefffile , work\n .\\a\\1.wav\u200e,X\n") == {"a/1.wav": "X"}
    (tmp_path / "composers.csv").write_text("folder,label\na, \u200fU\u0308 \u00a0V\n", "utf-8")
    assert read_labels(tmp_path, ["a"]) == {"a": "\u00dc V"}
    (tmp_path / "composers.csv").write_text("folder,label\na,X\u200b\nb,X\n", "utf-8")
    with pytest.raises(TakhtError, match="label 'X' stands for a and b"):
        read_labels(tmp_path, ["a", "b"])


@pytest.mark.parametrize("between", ";\t")
def test_a_spreadsheet_may_write_semicolons_or_tabs(tmp_path, between):
    text = f'\ufefffile{between}work\r\na/1.wav{between}"Lamma; bada, 1"\r\n'
    assert works(tmp_path, text) == {"a/1.wav": "Lamma; bada, 1"}
    head = f'"a work, or a song"{between}file{between}work\r'
    assert works(tmp_path, f"{head}x{between}a/1.wav{between}Lamma, bada\r") == {
        "a/1.wav": "Lamma, bada"
    }
    with pytest.raises(TakhtError, match=f"write `file{between}work` as the first line"):
        works(tmp_path, f"a/1.wav{between}Lamma\n")
    marks = {";": "semicolons", "\t": "tabs"}[between]
    with pytest.raises(TakhtError, match=f"remove the surplus {marks}"):
        works(tmp_path, f"file{between}work\na/1.wav{between}Lamma{between}bada\n")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a/1.wav,Q,,", "row 3 has 4 fields, the first line 2; quote a text that holds commas"),
        ("a/1.wav,Lamma, bada", "row 3 has 3 fields"),
        ("A/1.WAV,Q", r"row 3: file 'A/1.WAV' is not in the corpus, which has 'a/1.wav'; use the"),
        ("a/1.wav", "row 3: file 'a/1.wav' has no work; write one"),
        (f"a/1.wav,{'x' * 501}", "row 3 has 501 letters of work, at most 500 are allowed; shorten"),
        (f"{'x' * 5000},w", "row 3 has 5000 letters of file, at most 4096"),
    ],
)
def test_a_row_at_fault_is_named_with_the_reason(tmp_path, row, said):
    with pytest.raises(TakhtError, match=f"recordings.csv: {said}"):
        works(tmp_path, f"file,work\na/2.wav,ok\n{row}\na/3.wav,ok\n")


def test_a_name_that_the_table_has_nearly_is_told(tmp_path):
    (tmp_path / "Recordings.CSV").write_text("file,work\n")
    with pytest.raises(TakhtError, match=r"Recordings\.CSV: is not read; rename it to rec"):
        read_works(tmp_path, FILES)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "device", "out", "nowhere", "circle", "folder"])
def test_a_table_that_is_no_file_of_the_corpus_is_refused_at_once(tmp_path, kind):
    root = tmp_path / "raw"
    root.mkdir()
    path = root / "recordings.csv"
    (tmp_path / "secret.csv").write_text("file,work\n")
    targets = {"device": "/dev/zero", "out": "../secret.csv", "nowhere": "x", "circle": path.name}
    if kind in targets:
        path.symlink_to(targets[kind])
    else:
        os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(TakhtError, match=r"recordings\.csv: .*; put"):
        read_works(root, FILES)


def test_many_rows_take_the_time_of_few_each(tmp_path):
    files = [f"a/{number}.wav" for number in range(50_000)]
    rows = "".join(f"{file},W {file}\n" for file in files)
    (tmp_path / "recordings.csv").write_text(f"file,work\n{rows}", encoding="utf-8")
    started = time.process_time()
    assert len(read_rows(tmp_path, "recordings.csv", "file", ["work"], files)) == 50_000
    assert time.process_time() - started < 10  # quadratic it was ten minutes
    with pytest.raises(TakhtError) as caught:
        read_works(tmp_path, FILES)
    assert len(str(caught.value).splitlines()) == 21
    assert "more rows are at fault" in str(caught.value)


def test_without_the_column_no_composer_is_given_and_nothing_is_judged(tmp_path):
    (tmp_path / "recordings.csv").write_text("file,work\nghost,W\n")
    assert read_composers(tmp_path, FILES, ["a"]) == {}
