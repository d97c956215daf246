"""The notebook runs from its first cell to its last, and draws two plots."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from pipeline import ROOT

NOTEBOOK = ROOT / "examples/explore.ipynb"


def test_the_notebook_is_committed_without_outputs():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert text.count('"outputs": []') == text.count('"cell_type": "code"') > 3


@pytest.mark.slow
def test_the_notebook_goes_from_predictions_and_features_to_two_plots(small, tmp_path):
    (tmp_path / "pictures").mkdir()
    runner = ROOT / "tests/helpers/run_notebook.py"
    done = subprocess.run(
        [sys.executable, runner, NOTEBOOK, tmp_path / "pictures"],
        cwd=small.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert [path.name for path in pictures] == ["1.png", "2.png"]
    for path in pictures:
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 10  # something is drawn
