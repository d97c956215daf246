"""No table runs a formula in a spreadsheet, and every table comes back as it was written."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import ROOT

from takht.core.tables import mark_formulas, read_table, unmark_formulas, write_plot, write_table
from takht.errors import TakhtError

SHARP = st.text(st.sampled_from("='+-@\t\r\n;,\"a＝ "), max_size=8)


@given(SHARP)
def test_marks_are_undone_exactly_and_nothing_runs_after_any_separator(text):
    marked = mark_formulas(text)
    assert unmark_formulas(marked) == text
    cells = marked.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";")
    assert not any(cell.startswith(tuple("=+-@＝")) for cell in cells)


@given(st.lists(st.tuples(SHARP, SHARP), min_size=1, max_size=5))
def test_tables_come_back_exactly(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    write_table(pd.DataFrame(rows, columns=["=head", "b"], dtype="str"), path)
    back = read_table(path)
    assert list(back.columns) == ["=head", "b"]
    assert list(back.itertuples(index=False, name=None)) == rows
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in cells)


def test_numbers_below_zero_stay_numbers(tmp_path):
    write_table(pd.DataFrame({"gain": [-1.5]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "gain\n-1.5\n"


@pytest.mark.parametrize("content", ["a,b\n1,2,3\n", "a,b\n1,2\n1,2,3,4\n", "a,a\n1,2\n"])
def test_rows_longer_than_the_head_are_an_error_and_not_shifted(tmp_path, content):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(TakhtError, match=r"t\.csv: not a UTF-8 CSV table .*; fix the file"):
        read_table(tmp_path / "t.csv")


def test_what_dvc_puts_into_its_page_holds_no_markup(tmp_path):
    frame = pd.DataFrame({"<b>": ["</script><script>alert(1)</script>", "a&b"], "n": [1, 2]})
    write_plot(frame, tmp_path / "t.csv")
    written = (tmp_path / "t.csv").read_text("utf-8")
    assert not set("<>") & set(written)
    assert written == "‹b›,n\n‹/script›‹script›alert(1)‹/script›,1\na&b,2\n"
    assert frame["n"].dtype == "int64"


def test_every_table_that_dvc_plots_is_written_so():
    """A stage that plots a table of names writes it by `write_plot`; curves hold numbers alone."""
    for stage in ("evaluate", "crossval", "evaluate_generation"):
        source = (ROOT / f"src/{stage}.py").read_text("utf-8")
        assert "tables.write_plot(" in source
