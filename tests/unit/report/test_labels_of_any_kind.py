"""A label is text wherever it is shown: in pictures, and in what the report tells of confusions."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from takht.core.tables import disarm_markup
from takht.features.spectrograms.figure_style import plain_style
from takht.features.spectrograms.figures import draw_composers, draw_steps
from takht.generation.sound.pictures import draw_spectrograms
from takht.report.results.recording_verdicts import list_recording_predictions
from takht.text import names

LABELS = ["$x_2^{3$", r"\\frac{1}$a$", "$\\alpha$", "a_b^c", "C$$"]


@pytest.mark.parametrize("label", LABELS)
def test_no_picture_takes_a_label_for_a_formula(label):
    frames, wave = np.zeros((40, 8), np.float32), np.zeros(22_050, np.float32)
    drawn = [
        draw_composers({label: frames}, 1.0, 40, of=1),
        draw_steps(label, wave, frames, frames, sample_rate_hz=22_050, n_fft=512),
        draw_spectrograms({label: wave}),
    ]
    for figure in drawn:
        figure.canvas.draw()  # a formula that is none would raise here
        texts = [figure.get_suptitle(), *(t for axes in figure.axes for t in _titles(axes))]
        assert label in texts
        assert not any(axes.title.get_parse_math() for axes in figure.axes)


def test_a_path_in_a_picture_begins_on_the_left_with_its_first_part():
    """Its parts are drawn as each of them is alone, from left to right, whatever their letters."""
    parts = ["عبد الوهاب", "ألبوم (1960)", "01 - يا مسافر", "dulab-01", "\u202e$x$"]
    with plain_style(12):
        row = Figure(figsize=(12, 1), dpi=100)
        row.text(0.01, 0.5, names.isolate_parts("/".join(parts)))
        drawn, place = _ink(row), 12.0
        for part in parts:
            alone = Figure(figsize=(12, 1), dpi=100)
            text = alone.text(place / 1200, 0.5, names.escape(part))
            ink = _ink(alone)
            left, right = int(place), int(text.get_window_extent().x1)
            agreed = (ink[:, left:right] == drawn[:, left:right]).mean()
            assert agreed > 0.97, part  # pixels of a letter may begin within one another
            slash = alone.text(0, 0, "/").get_window_extent().width
            place += text.get_window_extent().width + slash


def _ink(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, 0] < 128


def _titles(axes):
    return [axes.get_title(), axes.get_title(loc="left")]


def test_the_report_shows_names_as_they_are_though_plots_have_no_markup():
    labels = {"a": "<b>A</b>", "b": "B"}
    windows = pd.DataFrame(
        {"recording": ["a/<1>"], "segment": ["0"], "start_seconds": ["1.5"], "composer": ["a"]}
        | {"predicted": ["a"], "p_a": ["0.9"], "p_b": ["0.1"]}
    )
    row = ["a/<1>", "<b>A</b>", "<b>A</b>"]
    for shown in (row, [disarm_markup(text) for text in row]):
        confusion = pd.DataFrame([shown], columns=["recording", "actual", "predicted"])
        (found,) = list_recording_predictions(confusion, windows, labels)
        assert [found[key] for key in confusion.columns] == row
