"""The cards in docs/ say what the committed results say, and the sums what the tables said."""

import csv
import re

import cards
import committed
import data_card
import model_values
import pytest
from pipeline import ROOT


@pytest.mark.parametrize("name", cards.CARDS)
def test_the_card_is_the_one_that_the_results_make(name):
    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert kept == cards.card(name), "run `make cards`"


def test_the_sums_are_of_the_tables_in_dvc_lock():
    kept = committed.read("docs/measured/corpus.json")["outputs"]
    assert kept == cards.locked(), "run `dvc repro`, then `python tools/docs/cards.py keep`"


def test_the_sums_agree_with_the_cross_validation_which_tested_every_recording():
    with (ROOT / "plots/crossval/best.csv").open(encoding="utf-8", newline="") as file:
        tested = {(row["composer"], row["recording"]) for row in csv.DictReader(file)}
    for composer in committed.read("docs/measured/corpus.json")["composers"]:
        count = sum(name == composer["composer"] for name, _ in tested)
        assert count == composer["recordings"], composer["label"]


def test_a_table_is_summed_up():
    catalogue = [
        {"recording": f"{c}/{n}", "composer": c, "label": label, "work": work, "seconds": seconds}
        | {"codec": "mp3", "sample_rate_hz": "44100", "channels": "2"}
        for c, label, n, work, seconds in (
            ("z", "باء", 1, "w", "10"), ("z", "باء", 2, "w", "40"), ("a", "ياء", 1, "v", "100.04"),
        )
    ]  # fmt: skip
    sides = [("z/1", "train"), ("z/2", "train"), ("a/1", "test")]
    split = [{"recording": name, "side": side} for name, side in sides]
    found = data_card.summed(catalogue, split, [{"file": "x"}])
    assert (found["recordings"], found["works"], found["rejected"]) == (3, 2, 1)
    assert (found["seconds"], found["shortest_seconds"], found["longest_seconds"]) == (150, 10, 100)
    assert found["median_seconds"] == 40
    assert found["sides"] == {"train": 2, "test": 1}
    first, second = found["composers"]
    assert (first["label"], first["seconds"], first["train"], first["test"]) == ("باء", 50, 2, 0)
    assert (second["label"], second["recordings"], second["test"]) == ("ياء", 1, 1)


def test_accuracy_is_counted_by_composer():
    tested = [
        {"composer": c, "recording": r, "predicted": p}
        for c, r, p in (("a", "1", "a"), ("a", "1", "b"), ("a", "2", "a"), ("b", "3", "a"))
    ]
    assert model_values.by_composer(tested, {"a": "ياء", "b": "باء"}) == [
        {"label": "باء", "recordings": 1, "right": ".00"},
        {"label": "ياء", "recordings": 2, "right": ".67"},
    ]


def test_no_figure_of_the_model_card_is_written_into_its_template():
    text = (ROOT / "tools/docs/cards/model-card.md.j2").read_text(encoding="utf-8")
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text)
    assert set(re.findall(r"[\d.]*\d", prose)) <= {"1", "95", ".5"}  # F1, intervals, guessing
