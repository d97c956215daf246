"""One bad path below a folder does not keep `takht predict FOLDER` from answering for the rest."""

import csv
import io
import json
import os
import sys
from pathlib import Path

import models
import numpy as np
import pytest
import soundfile

from takht.cli.main import main


@pytest.fixture
def takht(tmp_path, monkeypatch, capsys):
    """Call `takht predict` beside music in odd company; return exit code, stdout and stderr."""
    (tmp_path / "models/best").mkdir(parents=True)
    models.discriminant().save(tmp_path / "models/best")
    music = tmp_path / "music"
    music.mkdir()
    noise = 0.1 * np.random.default_rng(0).standard_normal(8 * models.RATE_HZ)
    for name in ("good.wav", "=1+1.wav", "\u202egnp.wav"):
        soundfile.write(music / name, noise, models.RATE_HZ)
    for name in (b"caf\xe9.wav", b"caf\xe9.flac"):
        kind = name[-4:].strip(b".").decode().upper()
        soundfile.write(tmp_path / "odd", noise, models.RATE_HZ, format=kind)
        (tmp_path / "odd").rename(music / os.fsdecode(name))
    os.mkfifo(music / "pipe.wav")
    (music / "gone.mp3").symlink_to("nowhere")
    (music / "circle.mp3").symlink_to("circle.mp3")
    (music / "torn.ogg").write_bytes(b"OggS")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAKHT_DEBUG", raising=False)

    def call(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["takht", "predict", "music", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return call


def test_all_that_can_be_heard_is_answered_in_every_form(takht):
    code, out, err = takht("--json")
    found = json.loads(out)
    assert code == 1
    answered = {os.fsencode(one["file"]) for one in found["recordings"]}
    good = (b"good.wav", b"=1+1.wav", "\u202egnp.wav".encode(), b"caf\xe9.wav", b"caf\xe9.flac")
    assert answered == {b"music/" + name for name in good}
    failed = {Path(one["file"]).name for one in found["failures"]}
    assert failed == {"pipe.wav", "gone.mp3", "circle.mp3", "torn.ogg"}
    assert len([line for line in err.splitlines() if line.startswith("error: ")]) == 4
    code, out, _ = takht("--csv")
    assert code == 1
    assert len(list(csv.DictReader(io.StringIO(out)))) == 9
    code, out, _ = takht()
    assert len(out.splitlines()) == 6
    assert "\u202e" not in out
    assert "\\u202egnp.wav" in out
    assert "caf\\udce9.wav" in out


def test_a_path_that_the_system_refuses_is_one_fault(takht, monkeypatch):
    looked = Path.stat

    def refusing(path: Path, **how: bool) -> os.stat_result:
        if path.name == "good.wav":  # root, who may run this test, is refused nothing
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path, **how)

    monkeypatch.setattr(Path, "stat", refusing)
    code, out, err = takht("--json")
    assert code == 1
    assert len(json.loads(out)["recordings"]) == 4
    assert "error: music/good.wav: cannot be accessed, Permission denied; fix" in err


@pytest.mark.usefixtures("takht")
def test_csv_runs_no_formula(monkeypatch, capsys):
    monkeypatch.chdir("music")
    words = ["takht", "predict", "=1+1.wav", "--csv", "--models", "../models"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.splitlines()[1].startswith("'=1+1.wav,8.0,")
