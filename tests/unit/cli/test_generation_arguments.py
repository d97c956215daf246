"""What people ask for is granted or refused in one line."""

import math
import unicodedata

import pytest

from takht.cli.arguments.generation import (
    find_composer,
    name_targets,
    require_seconds,
    require_within,
)
from takht.errors import TakhtError

FOLDERS, LABELS = ("qasabgi", "umm"), ("القصبجي", "أم كلثوم")


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (None, None),
        ("umm", 1),
        (" Qasabgi ", 0),
        ("أم كلثوم", 1),
        (unicodedata.normalize("NFD", "أم كلثوم"), 1),
    ],
)
def test_a_composer_is_found_by_folder_and_label_in_any_spelling(asked, number):
    assert find_composer(asked, FOLDERS, LABELS) == number


def test_a_folder_comes_before_another_composers_label():
    assert find_composer("a", ("b", "a"), ("a", "c")) == 1


def test_an_unknown_composer_is_refused_with_all_known_ones():
    with pytest.raises(
        TakhtError, match=r"does not know 'x\\n'; .* qasabgi \(القصبجي\), umm"
    ) as error:
        find_composer("x\n", FOLDERS, LABELS)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("seconds", [-3.0, 0.0, 0.99, 600.1, math.inf, math.nan])
def test_lengths_out_of_range_are_refused_with_the_value(seconds):
    with pytest.raises(TakhtError, match=f"--seconds: from 1 to 600, got {seconds:g};"):
        require_seconds(seconds)


def test_whole_numbers_out_of_range_are_refused():
    require_within(1, 1, 9, "--count")
    with pytest.raises(TakhtError, match="--count: from 1 to 9, got 0;"):
        require_within(0, 1, 9, "--count")


def test_several_pieces_have_numbers_of_one_width(tmp_path):
    assert name_targets(tmp_path / "p.wav", 1) == [tmp_path / "p.wav"]
    names = [path.name for path in name_targets(tmp_path / "new/p.wav", 10)]
    assert (names[0], names[9]) == ("p-01.wav", "p-10.wav")
    assert list((tmp_path / "new").iterdir()) == []


def test_what_cannot_be_written_is_refused_before_any_work(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.wav").mkdir()
    for name, reason in (
        ("p.mp3", "ends in .wav"),
        ("folder.wav", "is a folder"),
        ("file/p.wav", "cannot be written, "),
    ):
        with pytest.raises(TakhtError, match=reason) as error:
            name_targets(tmp_path / name, 1)
        assert len(str(error.value).splitlines()) == 1
