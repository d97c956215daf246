"""docs/reliability.md says what docs/measured/reliability.json says."""

import ast

import killed_stages
import kills
import pytest
import reliability
import soak
import survived
from pipeline import ROOT, STAGES

from takht.audio.ffmpeg import FORMATS

PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
RESULTS = survived.read(ROOT / "docs/measured/reliability.json")
ODD = {"kinds": 37, "files": 300, "accepted": 100, "rejected": 190, "ignored": 10}


def test_the_page_shows_the_committed_results():
    shown = reliability.with_tables(PAGE, RESULTS)
    assert shown == PAGE, "run `python tools/docs/reliability.py table`"


def test_the_page_counts_what_the_tests_offer():
    def given(file, name):
        (value,) = (
            node.value
            for node in ast.parse((ROOT / "tests" / file).read_bytes()).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        )
        return len(value.keys if isinstance(value, ast.Dict) else value.elts)

    words = " ".join(PAGE.split())
    assert f"{given('helpers/odd_playlists.py', 'TEXTS')} kinds of playlist" in words
    assert f"each of the {len(FORMATS.split(','))} allowed formats" in words
    assert f"Files of {given('resilience/test_fuzzed_files.py', 'FORMATS')} formats" in words
    assert f"{given('unit/core/test_environment.py', 'HOSTILE')} of them together" in words


def test_every_stage_was_killed_and_interrupted():
    found = RESULTS["kills"]["stages"]
    assert set(found) == set(killed_stages.commands())
    # `feature` has no entry until a user adds one; it goes through the store as `mel` does.
    assert {name.partition("@")[0] for name in found} == set(STAGES) - {"feature"}
    assert all(each["killed"] >= 24 and each["interrupted"] >= 6 for each in found.values())


def test_the_soak_was_of_a_hundred_edits():
    assert sum(RESULTS["soak"]["edits"].values()) >= 100


def test_odd_files_are_summed_up_by_verdict():
    text = (
        "<!-- odd files -->\n| kind | files | verdicts |\n|---|---:|---|\n"
        "| a | 8 | 2 rejected: is empty, 0 bytes; 6 accepted |\n"
        "| b | 3 | 3 ignored, counted on stderr |\n| **all** | **11** | |\n"
        "<!-- end of odd files -->"
    )
    assert reliability.odd_files(text) == {
        "kinds": 2, "files": 11, "accepted": 6, "rejected": 2, "ignored": 3,
    }  # fmt: skip
    (row,) = reliability.summary(ODD, {}).splitlines()[2:]
    assert "300 files of 37 kinds: 100 accepted, 190 rejected, 10 ignored" in row


def test_counts_are_summed_up():
    stages = {
        "a": {"killed": 24, "interrupted": 6, "workers_killed": 2},
        "b": {"killed": 12, "interrupted": 3, "workers_killed": 0},
    }
    found = {"kills": {"seed": 5, "stages": stages}, "soak": {"edits": {"added": 7, "moved": 6}}}
    found["soak"]["edits"]["moved, too late"] = 1
    rows = reliability.summary(ODD, found).splitlines()[3:]
    assert rows == [
        "| a stage killed | 36 times, in 2 stages | nothing |",
        "| a stage interrupted | 9 times, in 2 stages | nothing |",
        "| a worker process killed | 2 times, in 1 stages | nothing |",
        "| random edits, one after another | 14 of 2 kinds | nothing |",
    ]
    assert kills.table(found["kills"]).splitlines()[-1] == "| **all** (seed 5) | 36 | 9 | 2 |"


def test_faults_are_shown_with_what_one_sees_and_no_sign_breaks_the_table():
    each = {"fault": "disk full", "stage": "mel", "seen": "error: a|b", "healed": "`dvc repro`"}
    *_, row = reliability.faults([each]).splitlines()
    assert row == "| disk full | mel | `error: a\\|b` | `dvc repro` |"
    assert "1, in 1 stages" in reliability.summary(ODD, {"faults": [each]})


@pytest.mark.parametrize("part", [*reliability.TABLES, "summary"])
def test_the_page_has_a_place_for_each_table(part):
    assert PAGE.count(f"<!-- {part} -->") == PAGE.count(f"<!-- end of {part} -->") == 1


def test_a_table_is_put_into_its_place_and_the_rest_is_left():
    page = PAGE.split("<!-- soak -->")[0] + "<!-- soak -->\nold\n<!-- end of soak -->\n\\1 kept"
    found = {"seed": 3, "locks_deleted": 1, "edits": {"added": 2}}
    new = reliability.with_tables(page, {"soak": found})
    assert new.endswith(f"<!-- soak -->\n{soak.table(found)}\n<!-- end of soak -->\n\\1 kept")
