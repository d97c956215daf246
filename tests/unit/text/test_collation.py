"""Names come in the order of the Arabic alphabet, whatever is written above and below letters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from takht.text import collation

ALPHABET = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def test_letters_are_in_the_order_of_the_alphabet():
    assert collation.sort_names(reversed(ALPHABET)) == list(ALPHABET)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إدريس", "ادريس"),
        ("آمال", "امال"),
        ("حَنَّا", "حنا"),
        ("سـلـيم", "سليم"),
        ("سميرة", "سميره"),
        ("ليلى", "ليلي"),
        ("فؤاد", "فواد"),
        ("Zaki", "zaki"),
        (unicodedata.normalize("NFD", "أُم"), "أُم"),
    ],
)
def test_what_does_not_count_moves_no_name(one, other):
    """Two spellings stand beside each other, whatever stands next."""
    first, second = collation.sort_key(one)[0], collation.sort_key(other)[0]
    assert first == second


def test_hamza_does_not_come_before_alif_as_its_code_point_does():
    names = ["بديعة", "إدريس", "احمد", "توفيق", "آمال"]
    assert sorted(names)[0] == "آمال"  # by code point, all hamzas first
    assert collation.sort_names(names) == ["احمد", "إدريس", "آمال", "بديعة", "توفيق"]


def test_ta_marbuta_is_no_letter_of_its_own_after_ba():
    assert collation.sort_names(["رحبي", "رحة", "رحم"]) == ["رحبي", "رحم", "رحة"]


def test_the_article_counts_and_latin_comes_first():
    assert collation.sort_names(["بكر", "الوردي", "Umm"]) == ["Umm", "الوردي", "بكر"]


@given(st.lists(st.text(alphabet=ALPHABET + "أإةىa", min_size=1), unique=True))
def test_the_order_does_not_depend_on_the_one_given(names):
    assert collation.sort_names(names) == collation.sort_names(reversed(names))
