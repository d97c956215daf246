"""Arabic as people write it: joined and from right to left in pictures, aligned in tables."""

import io
import unicodedata

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from takht.cli.arguments.audio_paths import find_audio, match_on_disk, require_recording
from takht.features.spectrograms.figure_style import plain_style
from takht.text.columns import clean_cell, display_width, format_table

ZWNJ = "\u200c"  # keeps its neighbours from joining


def ink(text: str) -> np.ndarray:
    """Return a title as our figures draw it, cut to its letters: shape (rows, columns), 1 = ink."""
    with plain_style(40):
        figure = Figure(figsize=(8, 1.5))
        figure.suptitle(text, y=0.8)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=50)
    dark = 1 - np.asarray(Image.open(picture).convert("L"), np.float64) / 255
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@pytest.mark.parametrize("word", ["ليلى", "المرجان", "حنّا", "سليم"])
def test_letters_are_joined_in_pictures(word):
    joined, apart = ink(word), ink(ZWNJ.join(word))
    assert joined.shape[1] < 0.95 * apart.shape[1]  # letters by themselves have tails
    gaps = [int((picture.sum(axis=0) == 0).sum()) for picture in (joined, apart)]
    assert gaps[0] < gaps[1]


def test_a_name_begins_on_the_right_in_pictures():
    """Of alif and three low letters that join nothing, alif is the tall one, at the right."""
    tall = (ink("ادرر") > 0.5).sum(axis=0)
    assert int(tall.argmax()) > 0.75 * len(tall)
    mirrored = (ink("ررا") > 0.5).sum(axis=0)
    assert int(mirrored.argmax()) < 0.25 * len(mirrored)


def test_every_letter_of_a_name_has_a_glyph():
    """A missing one would be a box, the same for each: no two of these look alike."""
    letters = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويى"
    drawn = {letter: ink(letter) for letter in letters}
    shapes = {(picture.shape, picture.tobytes()) for picture in drawn.values()}
    assert len(shapes) == len(letters)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("حنا", 3),
        ("حنّا", 3),  # shadda stands on the letter
        ("حَنَّا", 3),
        ("سـلـيم", 6),  # tatweel is a letter wide
        (unicodedata.normalize("NFD", "أ"), 1),
        ("a\u200eb\u200c", 2),
        ("音", 2),
        ("", 0),
    ],
)
def test_marks_take_no_column_of_a_terminal(text, columns):
    assert display_width(text) == columns


def test_columns_of_a_table_stand_below_each_other():
    rows = [("حَنَّا", "1", "x"), ("Zaki", "22", "y"), ("音", "3", "z")]
    lines = format_table(rows).splitlines()
    starts = {
        display_width(line[: line.index(row[2])]) for line, row in zip(lines, rows, strict=True)
    }
    assert starts == {4 + 2 + 2 + 2}


FORMS = ["NFC", "NFD"]


@pytest.mark.parametrize("asked", FORMS)
@pytest.mark.parametrize("kept", FORMS)
def test_a_name_is_found_in_either_form_of_unicode(tmp_path, kept, asked):
    there = (
        tmp_path / unicodedata.normalize(kept, "أغاني") / unicodedata.normalize(kept, "لؤلؤة.mp3")
    )
    there.parent.mkdir()
    there.write_bytes(b"x")
    names = (unicodedata.normalize(asked, part) for part in ("أغاني", "لؤلؤة.mp3"))
    path = tmp_path.joinpath(*names)
    assert match_on_disk(path) == there
    assert require_recording(path) == there
    assert find_audio([path]).audio == [there]
    assert find_audio([path.parent]).audio == [there]


def test_of_two_spellings_the_one_that_was_asked_for_is_taken(tmp_path):
    for form in FORMS:
        (tmp_path / unicodedata.normalize(form, "أ.wav")).write_bytes(b"x")
    for form in FORMS:
        path = tmp_path / unicodedata.normalize(form, "أ.wav")
        assert match_on_disk(path) == path


def test_a_name_that_is_not_there_stays_as_it_is(tmp_path):
    for path in (tmp_path / "أ/ب.wav", tmp_path / "c.wav"):
        assert match_on_disk(path) == path
        assert path in find_audio([path]).faults


def test_numbers_behind_arabic_stay_on_its_right():
    assert clean_cell("سليم") == "سليم\u200e"
    assert clean_cell("א") == "א\u200e"
    assert clean_cell("Salim\n٣") == "Salim\\n٣"  # digits alone turn nothing
