"""The score corpus takes one piece per key, plays it by its name, and names what is missing."""

import random
from pathlib import Path
from types import SimpleNamespace

import make_scores
import pytest
from pipeline import ROOT

from takht.errors import TakhtError

CHORALES = [Path(f"bach/bwv{work}.{number}.mxl") for work in range(1, 15) for number in (1, 2)]


def test_ten_compositions_are_chosen_whatever_the_order_and_none_twice():
    others = [Path("bach/bwv8.mxl"), Path("bach/bwv9.1.krn"), Path("haydn/op1/movement1.mxl")]
    chosen = make_scores.chosen(CHORALES + others, make_scores.SCORES["bach"])
    assert len({path.name.split(".")[0] for path in chosen}) == len(chosen) == 10
    assert set(chosen) <= set(CHORALES)
    shuffled = random.Random(1).sample(CHORALES, len(CHORALES))
    assert make_scores.chosen(shuffled, make_scores.SCORES["bach"]) == chosen


def test_a_music21_without_its_corpus_is_an_error():
    with pytest.raises(TakhtError, match=r"corpus lacks bach/.*Makefile"):
        make_scores.chosen([], make_scores.SCORES["bach"])


def test_movements_of_one_work_are_pieces_and_bear_its_name():
    scores = [
        Path(f"mozart/k{work}/movement{number}.mxl") for work in (80, 155) for number in (1, 2)
    ]
    chosen = make_scores.chosen(scores, make_scores.SCORES["mozart"])
    assert sorted(chosen) == sorted(scores)
    assert make_scores.piece_of("mozart", scores[0]) == "mozart/k80_movement1"
    assert make_scores.piece_of("bach", Path("bach/bwv1.6.mxl")) == "bach/bwv1.6"
    assert make_scores.piece_of("giovanni", Path("trecento/In Verde.xml")) == "giovanni/In_Verde"


def test_a_piece_is_always_played_as_its_name_draws():
    assert make_scores.playing("bach/bwv65.2") == make_scores.playing("bach/bwv65.2")
    many = [make_scores.playing(f"bach/bwv{number}") for number in range(300)]
    assert {how.semitones for how in many} == set(range(-3, 4))
    assert all(0.85 <= how.speed <= 1.2 and 0.3 <= how.gain <= 0.7 for how in many)
    assert 100 < sum(how.reverb for how in many) < 200


def test_tempi_are_rewritten_and_notes_are_not():
    tempo = SimpleNamespace(type=0x51, data=(500_000).to_bytes(3, "big"))
    note = SimpleNamespace(type=0x90, data=60)
    make_scores.set_tempo([tempo, note], speed=1.25)
    assert int.from_bytes(tempo.data, "big") == 400_000
    assert note.data == 60


def test_notes_that_never_end_are_counted():
    def event(kind, pitch):
        on, off = (lambda: kind == "on"), (lambda: kind == "off")
        return SimpleNamespace(isNoteOn=on, isNoteOff=off, channel=1, pitch=pitch)

    grace, note = [event("off", 60), event("on", 60)], [event("on", 62), event("off", 62)]
    tempo = [event("tempo", None)]
    assert make_scores.count_endless([*tempo, *note, *note]) == 0
    assert make_scores.count_endless([*grace, *note, *grace]) == 1  # the second ends the first
    assert make_scores.count_endless([*note, *grace, event("on", 62)]) == 2


def test_a_missing_tool_is_named_with_its_package_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(make_scores.shutil, "which", lambda _name: "/usr/bin/fluidsynth")
    monkeypatch.setattr(make_scores, "SOUNDFONT", tmp_path / "none.sf2")
    with pytest.raises(TakhtError, match=r"none\.sf2.*apt-get install fluidsynth fluid-soundfont"):
        make_scores.make(tmp_path / "scores")
    (tmp_path / "none.sf2").touch()
    monkeypatch.setattr(make_scores.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(TakhtError, match=r"music21: not found; `pip install music21==\d"):
        make_scores.make(tmp_path / "scores")
    assert not (tmp_path / "scores").exists()


def test_without_fluidsynth_the_error_names_its_package(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(make_scores, "SOUNDFONT", ROOT / "pyproject.toml")
    with pytest.raises(TakhtError, match="apt-get install fluidsynth"):
        make_scores.make(tmp_path / "scores")


def test_a_piece_that_cannot_be_rendered_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    package = tmp_path / "music21"
    for path in CHORALES:
        (package / "corpus" / path).parent.mkdir(parents=True, exist_ok=True)
        (package / "corpus" / path).touch()
    exceptions = SimpleNamespace(Music21Exception=KeyError)
    music21 = SimpleNamespace(__file__=str(package / "__init__.py"), exceptions21=exceptions)
    monkeypatch.setattr(make_scores, "tools", lambda: music21)
    monkeypatch.setattr(make_scores, "midi_of", lambda *_: b"MThd")
    fluidsynth = tmp_path / "fluidsynth"
    fluidsynth.write_text("#!/bin/sh\necho cannot write >&2\n")  # and it returns 0, as the real one
    fluidsynth.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(make_scores, "SCORES", {"bach": make_scores.SCORES["bach"]})
    with pytest.raises(TakhtError, match=r"^bach/bwv\d+\.\d: fluidsynth: cannot write; see"):
        make_scores.make(tmp_path / "scores")
    assert not (tmp_path / "scores").exists()
