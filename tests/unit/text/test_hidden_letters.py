"""What nobody sees in a name is shown as an escape, and what people need is left."""

import pytest

from takht.errors import TakhtError
from takht.inference.prediction import UNKNOWN, distinguish_label
from takht.report.comparison.markdown import escape_markdown
from takht.runtime.error_lines import describe_error
from takht.text import names


@pytest.mark.parametrize(
    "hidden",
    [*"\u202e\u202d\u2066\u2069\u200e\u200f\u061c\u200b\ufeff\u00ad\u2060\u3164\u034f", "\x1b"],
)
def test_direction_and_invisible_marks_are_escaped(hidden):
    shown = names.escape(f"a{hidden}b")
    assert shown == "a" + hidden.encode("unicode_escape").decode() + "b"
    assert shown in describe_error(TakhtError(f"a{hidden}b: x; y"), "stage")
    assert hidden not in escape_markdown(f"a{hidden}b")


@pytest.mark.parametrize("name", ["لیلی\u200cمجنون", "👩\u200d🎤", "أُغنية \u0600١", "a b", "café"])
def test_letters_that_people_need_are_left(name):
    assert names.escape(name) == names.clean(name) == name


def test_joiners_outside_words_are_hidden():
    assert names.escape("a\u200db\u200c") == "a\\u200db\\u200c"


def test_a_composer_called_unknown_is_not_the_answer_unknown():
    assert distinguish_label("unknown") == "unknown (composer)"
    assert distinguish_label("Un\u200bknown ") != UNKNOWN
    assert distinguish_label("Umm") == "Umm"


def test_a_comparison_calls_nobody_and_sets_no_formula():
    assert escape_markdown("@x #5 $y$") == "&#64;x &#35;5 \\$y\\$"
