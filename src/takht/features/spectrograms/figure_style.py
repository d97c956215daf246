"""Figures that look alike everywhere, whatever a matplotlibrc says."""

from contextlib import AbstractContextManager

import matplotlib as mpl

mpl.rcdefaults()  # for good: saving a figure reads settings too


def plain_style(points: float) -> AbstractContextManager[None]:
    """Return a context for drawing in letters of so many points.

    A `$` in a label is a dollar sign. Arabic names need no other font: matplotlib's own has the
    letters, and 3.11 joins them.
    """
    return mpl.rc_context(
        {"font.family": "DejaVu Sans", "font.size": points, "text.parse_math": False}
    )
