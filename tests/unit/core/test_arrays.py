"""A few of many are picked from their whole length, never from its beginning alone."""

import pytest

from takht.core.arrays import pick_evenly


@pytest.mark.parametrize(
    ("count", "most", "middles"),
    [
        (8, 4, [1, 3, 5, 7]),  # of 0 … 2, 2 … 4, 4 … 6 and 6 … 8
        (10, 3, [1, 5, 8]),  # of thirds: 1.67, 5, 8.33
        (7, 1, [3]),
        (5, 5, [0, 1, 2, 3, 4]),
        (3, 5, [0, 1, 2]),
    ],
)
def test_the_middles_of_equal_parts_are_picked(count, most, middles):
    assert pick_evenly(count, most) == middles
