"""The Python API: its examples, the answers of the commands, and what an import costs."""

import doctest
import json
import os
import subprocess
import sys
import unicodedata

import models
import numpy as np
import pandas as pd
import pytest
import soundfile
from feature_folders import write_recording
from pipeline import ROOT

import takht
from takht import api
from takht.classifiers.calibration import UNCALIBRATED
from takht.classifiers.discriminant_classifier import DiscriminantCard, DiscriminantClassifier
from takht.classifiers.familiarity import Familiarity, MusicSpace
from takht.classifiers.lda import Discriminant
from takht.core import tables
from takht.core.cpu import AVX2_ONLY
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.errors import TakhtError

COMPOSERS = {"layla": "ليلى المرجان", "zaki": "زكي الميزان"}
EXAMPLES = doctest.DocTestFinder(exclude_empty=True).find(api, "api", globs=vars(api))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a model that always says 0.88 layla, a song, features and a split table."""
    monkeypatch.chdir(tmp_path)
    card = models.discriminant().card.model_dump()
    card |= {"composers": tuple(COMPOSERS), "labels": tuple(COMPOSERS.values())}
    card |= {"confidence": UNCALIBRATED, "statistics": tuple(models.GROUPS)}
    for folder in ("models/best", "data/features/statistics"):
        (tmp_path / folder).mkdir(parents=True)
    one_sided = Discriminant(np.zeros((models.COUNT, 2)), np.array([2.0, 0.0]))
    DiscriminantClassifier(DiscriminantCard(**card), one_sided).save(tmp_path / "models/best")
    now = np.arange(12 * 44_100) / 44_100
    left, right = (0.3 * np.sin(2 * np.pi * hz * now) * (1 - now / 20) for hz in (220, 330))
    soundfile.write("song.wav", np.stack([left, right], axis=1), 44_100)
    rng = np.random.default_rng(3)
    pieces = [  # two segments, and an altered copy of the first
        FeaturePiece(copy, segment, 6.0 * segment, rng.normal(size=(2, models.COUNT)))
        for copy, segment in ((0, 0), (0, 1), (1, 0))
    ]
    features = tmp_path / "data/features/statistics"
    rows = dict([write_recording(features, "layla/song", pieces, np.float32)])
    write_index(features, rows, models.SETTINGS["statistics"])
    row = {"recording": "layla/song", "composer": "layla", "label": COMPOSERS["layla"]}
    row |= {"work": "w", "group": 0, "side": "test"}
    tables.write_table(pd.DataFrame([row]), tmp_path / "data/split.csv")
    return tmp_path


def run_examples(example: doctest.DocTest) -> None:
    """Run an example and demand that it has one and that nothing fails."""
    output: list[str] = []
    found = doctest.DocTestRunner().run(example, out=output.append)
    assert found.attempted > 0
    assert found.failed == 0, "".join(output)


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.examples], ids=lambda example: example.name
)
@pytest.mark.usefixtures("here")
def test_the_examples_of_the_docstrings_print_what_they_say(example):
    run_examples(example)


@pytest.mark.usefixtures("here")
def test_the_examples_of_the_page_print_what_they_say():
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8").replace("```", "")
    run_examples(doctest.DocTestParser().get_doctest(text, {}, "python.md", "docs/python.md", 0))


def test_every_public_name_has_an_example_or_is_a_result():
    shown = {example.name.removeprefix("api.") for example in EXAMPLES if example.examples}
    assert {"Classifier", "Classifier.predict", "read_features", "read_split"} <= shown
    assert set(takht._API) <= set(dir(takht))
    with pytest.raises(AttributeError, match="no attribute 'Listener'"):
        takht.Listener  # noqa: B018


def test_a_file_and_its_samples_are_answered_as_by_the_command(here):
    space = MusicSpace(np.zeros(models.COUNT), np.ones(models.COUNT), np.zeros((3, models.COUNT)))
    model = models.discriminant()  # its answers depend on the sound
    familiarity = Familiarity(space, np.array([5.0, 1.0, 0.0]))
    model.with_confidence(model.card.confidence, familiarity).save(here / "models/best")
    predict = [sys.executable, "-c", "from takht.cli.main import main; main()", "predict"]
    done = subprocess.run(
        [*predict, "song.wav", "--json"], check=True, capture_output=True, text=True
    )
    (expected,) = json.loads(done.stdout)["recordings"]
    model = takht.Classifier("models/best")
    for given in (
        ("song.wav",),
        soundfile.read("song.wav"),
        soundfile.read("song.wav", dtype="f4"),
        (soundfile.read("song.wav", dtype="f4")[0].astype(">f4"), 44_100.0),
    ):
        found = model.predict(*given)
        assert [vars(one) for one in found.decision.candidates] == (
            expected["decision"]["candidates"]
        )
        assert found.decision.familiarity == expected["decision"]["familiarity"]
        assert (found.seconds, found.windows) == (expected["seconds"], expected["windows"])


def test_a_file_is_found_by_its_name_in_the_other_form_of_unicode(here):
    (here / "song.wav").rename(here / unicodedata.normalize("NFD", "é.wav"))
    assert takht.Classifier("models/best").predict("é.wav").seconds == 12


def test_altered_copies_are_left_out(here):
    stored = np.load(here / "data/features/statistics/layla/song.npy")
    found = takht.read_features("data/features/statistics").arrays["layla/song"]
    np.testing.assert_array_equal(found, stored[:4])
    assert len(stored) == 6


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("gone.wav",), "gone.wav: unreadable, No such file"),
        ((np.zeros(99_999),), "sample_rate_hz are needed, got float64 of shape"),
        ((np.zeros(99_999), 0), "sample_rate_hz are needed"),
        ((np.zeros(99_999), 44_100.7), "sample_rate_hz are needed"),
        ((np.zeros(99_999), np.nan), "sample_rate_hz are needed"),
        ((np.zeros(99_999), "x"), "sample_rate_hz are needed"),
        ((np.zeros(99_999), 2**31), "sample_rate_hz are needed"),
        ((np.zeros(99_999), 2**30), "^array: unreadable, sample rate is"),
        ((np.array([0.5, -0.5]), 192_000), "^array: is too short"),
        ((np.zeros((99_999, 0)), 22_050), "channels"),
        ((np.full(99_999, 1e300), 22_050), "NaN or infinite"),
        ((np.zeros(99_999, np.int16), 22_050), "floats in"),
        ((np.zeros((2, 99_999)), 22_050), "transpose"),
        ((np.zeros(99_999), 22_050), "is silent"),
    ],
)
def test_what_cannot_be_asked_is_one_line(given, message):
    with pytest.raises(TakhtError, match=message) as caught:
        takht.Classifier("models/best").predict(*given)
    assert len(str(caught.value).splitlines()) == 1


def printed_by(code: str) -> list[str]:
    environment = {k: v for k, v in os.environ.items() if k not in AVX2_ONLY}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip


def test_import_takht_loads_nothing_but_itself_and_changes_no_variable():
    code = "import os, sys; from typing import TYPE_CHECKING; before, old = dict(os.environ), "
    code += "set(sys.modules); import takht; print(*set(sys.modules) - old, "
    code += "dict(os.environ) == before)"
    assert printed_by(code) == ["takht", "True"]


def test_the_api_computes_as_the_commands_and_touches_no_other_variable():
    code = "import os; before = dict(os.environ); from takht import Classifier; "
    code += "from takht.core.cpu import is_pinned; after = dict(os.environ); "
    code += "print(is_pinned(), *(set(after) - set(before)), *(set(before) - set(after)), "
    code += "*(k for k in before if k in after and before[k] != after[k]))"
    pinned, *changed = printed_by(code)
    assert pinned == "True"
    assert set(changed) <= set(AVX2_ONLY)


def test_numpy_that_came_first_with_wider_vectors_is_said_once(monkeypatch):
    monkeypatch.setattr("takht.core.cpu.is_pinned", lambda: False)
    for name in takht._API:
        monkeypatch.delitem(vars(takht), name, raising=False)
    with pytest.warns(UserWarning, match="NumPy was imported before takht") as caught:
        from takht import Classifier, read_split
    assert (Classifier, read_split) == (api.Classifier, api.read_split)
    assert len(caught) == 1
