"""The picture of composers: each excerpt as long as it is, and who is left out is said."""

import numpy as np

from takht.features.spectrograms.figures import draw_composers


def excerpts(**frames):
    rng = np.random.default_rng(1)
    return {label: rng.normal(size=(count, 16)) for label, count in frames.items()}


def spans(figure):
    return [tuple(axes.images[0].get_extent()[:2]) for axes in figure.axes if axes.images]


def test_a_short_recording_ends_where_it_ends():
    figure = draw_composers(excerpts(short=20, whole=50), 20.0, 50, of=2)
    assert spans(figure) == [(0, 8), (0, 20)]
    assert figure.axes[0].get_xlim() == (0, 20)
    alone = draw_composers(excerpts(short=20), 20.0, 50, of=1)
    assert alone.axes[0].get_xlim() == (0, 8)


def test_both_columns_have_times_below_them():
    figure = draw_composers(excerpts(a=50, b=50, c=50), 20.0, 50, of=3)
    labelled = [axes.xaxis.get_tick_params()["labelbottom"] for axes in figure.axes[:3]]
    assert labelled == [False, True, True]


def test_composers_left_out_are_said():
    figure = draw_composers(excerpts(a=50, b=50), 20.0, 50, of=300)
    assert figure.get_supxlabel() == "time, s; 2 of 300 composers"
    assert draw_composers(excerpts(a=50), 20.0, 50, of=1).get_supxlabel() == "time, s"
