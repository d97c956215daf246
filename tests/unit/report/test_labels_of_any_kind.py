"""A label is text wherever it is shown: in pictures, and in what the report tells of confusions."""

import numpy as np
import pandas as pd
import pytest

from takht.core.tables import disarm_markup
from takht.features.spectrograms.figures import draw_composers, draw_steps
from takht.generation.sound.pictures import draw_spectrograms
from takht.report.results.recording_verdicts import list_recording_predictions

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
