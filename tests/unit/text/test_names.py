"""Names that later stages, file systems or people would trip over are refused by rule."""

import pytest

from takht.text import names


@pytest.mark.parametrize("name", ["أم كلثوم", "-oud", "a'b\"c", "song 🎵", "x" * 240, "a.b", "NA"])
def test_usable(name):
    assert names.find_fault(name) is None


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("a\nb", "control character"),
        ("a\u2028b", "control character"),
        ("a\udcff", "not UTF-8"),
        (".x", "begins with a dot"),
        ("..", "begins with a dot"),
        ("x ", "begins or ends with a space"),
        ("\u00a0x", "begins or ends with a space"),
        ("", "begins or ends with a space"),
        ("Index.csv", "pipeline's own files"),
        ("settings.json", "pipeline's own files"),
        ("ع" * 121, "too long, 242 bytes"),
    ],
)
def test_refused(name, rule):
    assert rule in names.find_fault(name)


def test_what_is_shown_is_one_printable_line():
    assert names.escape("a\nb\u2029\udcff عود") == "a\\nb\\u2029\\udcff عود"


def test_stem_is_composed():
    assert names.stem("cafe\u0301.live.mp3") == "caf\u00e9.live"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("con", "device"),
        ("LPT¹.wav", "device"),
        ("conin$", "device"),
        ("x.", "dot or space at the end"),
        ("x ", "dot or space at the end"),
        ('a?b"c', 'does not allow " ? in'),
        ("a:b", "does not allow : in"),
        ("console", None),
        ("com10", None),
        ("أم كلثوم (1960)", None),
    ],
)
def test_what_other_systems_refuse_is_named(name, rule):
    fault = names.find_foreign_fault(name)
    assert rule in fault if rule else fault is None


def test_parts_of_a_path_are_isolated_and_their_marks_escaped():
    assert names.isolate_parts("عود/a\u202eb") == "\u2068عود\u2069/\u2068a\\u202eb\u2069"
