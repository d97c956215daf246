"""Text comes back as it was written, and equal tables are equal bytes."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from takht.core.tables import read_rows, read_table, write_rows, write_table
from takht.errors import TakhtError

# All but lone surrogates, which are no text, and NUL, which no file name can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_any_text_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    write_table(pd.DataFrame(rows, columns=["file", "reason"], dtype="str"), path)
    back = read_table(path)
    assert list(back.itertuples(index=False, name=None)) == rows
    written = path.read_bytes()
    write_rows(path, ["file", "reason"], rows)
    assert path.read_bytes() == written
    assert read_rows(path, {"reason": str, "file": str}) == [row[::-1] for row in rows]


@pytest.mark.parametrize(
    "name", ["NA", "nan", "NULL", "1e5", "001", "True", "", " x ", "a,b", '"', "أم كلثوم"]
)
def test_names_stay_text_in_a_column_of_their_own(tmp_path, name):
    write_table(pd.DataFrame({"composer": [name, name]}), tmp_path / "t.csv")
    assert list(read_table(tmp_path / "t.csv")["composer"]) == [name, name]


def test_numbers_come_back_bit_for_bit(tmp_path):
    levels = [0.1 + 0.2, 1 / 3, float("-inf"), 1e-300]
    frame = pd.DataFrame({"name": list("abcd"), "level": levels, "count": [1, 2, 3, 2**60 + 1]})
    write_table(frame, tmp_path / "t.csv")
    back = read_table(tmp_path / "t.csv", {"level": "float64", "count": "int64"})
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    written = (tmp_path / "t.csv").read_bytes()
    rows = read_rows(tmp_path / "t.csv", {"name": str, "level": float, "count": int})
    assert rows == list(frame.itertuples(index=False, name=None))
    write_rows(tmp_path / "t.csv", list(frame.columns), rows)
    assert (tmp_path / "t.csv").read_bytes() == written


def test_lines_end_in_lf_and_text_is_utf8(tmp_path):
    frame = pd.DataFrame({"name": ["عود", "a\nb"], "n": [1, 2]})
    write_table(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == 'name,n\nعود,1\n"a\nb",2\n'.encode()


def test_the_mark_that_spreadsheets_write_is_not_part_of_the_first_name(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbffile,work\r\na,b\r\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {"file": ["a"], "work": ["b"]}


@pytest.mark.parametrize(
    "content", [b"", b"a\n\xff\n", b"n\nabc\n", b'a,n\n"1,2\n', b"n,a,b\n1,2,3\n1,2\n"]
)
def test_what_is_no_table_is_named(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(TakhtError, match=r"t\.csv: not a UTF-8 CSV table .*; fix"):
        read_table(tmp_path / "t.csv", {"n": "int64"})
    with pytest.raises(TakhtError, match=r"t\.csv: not a UTF-8 CSV table .*; fix"):
        read_rows(tmp_path / "t.csv", {"n": int})


def test_a_number_beyond_the_range_of_its_column_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("n\n99999999999999999999999\n")
    with pytest.raises(TakhtError, match=r"t\.csv: not a UTF-8 CSV table .*; fix"):
        read_table(tmp_path / "t.csv", {"n": "int64"})
