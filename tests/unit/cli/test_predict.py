"""takht predict, as it is called: what it prints, where, and with which exit code."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import audio_sources
import costs
import models
import numpy as np
import pytest
import soundfile
from pipeline import ROOT

from takht.classifiers.calibration import Confidence
from takht.cli.main import main

KNOWS = (
    "note: best knows 3 composers, learnt from 7 recordings; what sounds like none of them is "
    "unknown\n"
)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with `models/best` and `models/shy`, and music of 24 s and of 200 s."""
    here = tmp_path_factory.mktemp("here")
    for name, threshold in (("best", 0.0), ("shy", 1.0)):
        (here / "models" / name).mkdir(parents=True)
        confidence = Confidence(temperature=1.0, unknown_below=threshold)
        models.discriminant(confidence=confidence, training_recordings=7).save(
            here / "models" / name
        )
    rng = np.random.default_rng(0)
    for file, seconds in (("music/short.ogg", 24), ("music/أ/طويل.flac", 200)):
        (here / file).parent.mkdir(parents=True, exist_ok=True)
        noise = 0.1 * rng.standard_normal(seconds * models.RATE_HZ)
        soundfile.write(here / file, noise, models.RATE_HZ)
    return here


@pytest.fixture
def takht(here, monkeypatch, capsys):
    """Call `takht predict` in the folder; return exit code, stdout and stderr."""
    monkeypatch.chdir(here)
    monkeypatch.delenv("TAKHT_DEBUG", raising=False)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["takht", "predict", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        printed = capsys.readouterr()
        if isinstance(code, str):  # as the interpreter ends
            return 1, printed.out, printed.err + code + "\n"
        return int(code or 0), printed.out, printed.err

    return call


def test_a_folder_is_answered_as_a_table_with_the_timeline_of_what_is_long(takht):
    code, out, err = takht("music")
    lines = out.splitlines()
    assert (code, err) == (0, KNOWS)
    assert lines[1].endswith("  music/short.ogg")
    assert lines[2].endswith("  music/أ/طويل.flac")
    assert re.match(r"    +0:00–", lines[3])
    assert "–3:20  " in lines[-1]
    assert len(takht("music/short.ogg", "--timeline")[1].splitlines()) == 3
    assert len(takht("music", "--no-timeline")[1].splitlines()) == 3


def test_below_the_threshold_the_answer_is_unknown(takht):
    code, out, _ = takht("music/short.ogg", "--model", "shy")
    assert code == 0
    assert out.splitlines()[1].startswith("unknown ")


def test_json_and_csv_say_the_same(takht):
    found = json.loads(takht("music", "--json")[1])
    assert found["model"] == {
        "name": "best", "composers": 3, "training_recordings": 7,
        "temperature": 1.0, "unknown_below": 0.0,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(takht("music", "--csv")[1])))
    for recording, row in zip(found["recordings"], rows, strict=True):
        first = recording["decision"]["candidates"][0]
        assert row["file"] == recording["file"]
        assert (row["composer_1"], row["decision"]) == (first["composer"], first["label"])
        assert float(row["probability_1"]) == first["probability"]
        total = sum(guess["probability"] for guess in recording["decision"]["candidates"])
        assert total == pytest.approx(1, abs=2e-4)  # there are but three
    assert [recording["seconds"] for recording in found["recordings"]] == [24.0, 200.0]
    spans = list(csv.DictReader(io.StringIO(takht("music", "--csv", "--timeline")[1])))
    starts = [
        span["start_seconds"] for recording in found["recordings"] for span in recording["timeline"]
    ]
    assert [float(span["start_seconds"]) for span in spans] == starts


def test_alone_or_in_company_the_answer_is_the_same(takht):
    both = json.loads(takht("music", "--json")[1])["recordings"]
    alone = json.loads(takht("music/أ/طويل.flac", "--json")[1])["recordings"]
    assert both[1:] == alone


def test_what_fails_is_named_and_the_rest_is_answered(takht, here, tmp_path):
    (tmp_path / "bad.mp3").write_bytes(b"no music")
    (tmp_path / "cover.jpg").write_bytes(b"a picture")
    shutil.copy(here / "music/short.ogg", tmp_path / "good.ogg")
    words = (str(tmp_path), "gone.wav")
    code, out, err = takht(*words)
    assert code == 1
    assert out.splitlines()[1].endswith("good.ogg")
    assert len(out.splitlines()) == 2
    lines = err.splitlines()
    assert lines.pop(0) + "\n" == KNOWS
    assert lines[0].startswith("note: 1 ignored, not named as audio: .jpg; name a file itself")
    assert lines[1] == "error: gone.wav: no such file or folder; fix the path"
    assert re.match(rf"error: {tmp_path}/bad\.mp3: unreadable, .*; fetch it again", lines[2])
    found = json.loads(takht(*words, "--json")[1])
    assert [failure["file"] for failure in found["failures"]] == ["gone.wav", f"{tmp_path}/bad.mp3"]
    assert len(found["recordings"]) == 1
    rows = list(csv.DictReader(io.StringIO(takht(*words, "--csv")[1])))
    assert ["error" if row["error"] else row["decision"][:0] for row in rows] == [
        "",
        "error",
        "error",
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["music", "--model", "bets"], 1, "no model.json, in models there are best, shy; nam"),
        (["music", "--models", "elsewhere"], 1, "no model.json, in elsewhere there is none at all"),
        (["models"], 1, "models: holds no file with an audio extension; name"),
        (["gone"], 1, "gone: no such file or folder; fix the path"),
        (["music", "--json", "--csv"], 2, "choose one of --json and --csv"),
        (["music", "--experimnt", "x"], 2, "No such option"),
        ([], 2, "Missing argument"),
    ],
)
def test_mistakes_are_a_line_and_an_exit_code(takht, words, code, message):
    got, out, err = takht(*words)
    assert (got, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert code == 2 or sum(line.startswith("error: ") for line in err.splitlines()) == 1


def test_help_tells_the_exit_codes(takht):
    code, out, _ = takht("--help")
    assert code == 0
    assert "Exit code 0: every recording" in out


def python(*words: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        env={"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_discriminant_answers_without_tensorflow_and_without_a_warning(here):
    code = (
        "import sys; from takht.cli.main import app\n"
        f"sys.argv = ['takht', 'predict', {str(here / 'music/short.ogg')!r}, "
        f"'--models', {str(here / 'models')!r}]\n"
        "try: app()\nfinally: assert 'tensorflow' not in sys.modules"
    )
    done = python("-W", "error", "-c", code, PATH="")
    assert (done.returncode, done.stderr) == (0, KNOWS)
    assert "short.ogg" in done.stdout


LISTEN = """
import sys
import time
from pathlib import Path
from takht.inference.recording_classifier import RecordingClassifier
print(RecordingClassifier(Path(sys.argv[1])).predict(Path(sys.argv[2])).seconds, file=sys.stderr)
"""


@pytest.mark.slow
def test_memory_is_below_500_mb_and_does_not_grow_with_length(here, tmp_path):
    peaks_mb = []
    for minutes in (3, 20):
        source = audio_sources.write_noise_mp3(tmp_path / f"{minutes}.mp3", minutes)
        env = {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
        argv = [sys.executable, "-c", LISTEN, here / "models/best", source]
        cost, said = costs.run(argv, env=env)
        assert float(said) == pytest.approx(minutes * 60, rel=0.002)
        peaks_mb.append(cost.peak_mb)
    assert max(peaks_mb) < 500
    assert peaks_mb[1] < peaks_mb[0] * 1.1
