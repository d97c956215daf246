"""comparison: paired intervals against hand-made cases, and what Markdown makes of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from takht.errors import TakhtError
from takht.report.comparison.differences import (
    Difference,
    Experiment,
    Revision,
    compare_experiment,
    compare_experiments,
    compare_revisions,
    decide_verdict,
)
from takht.report.comparison.markdown import format_markdown

SCORES = {"accuracy_recordings": 0.5, "accuracy_windows": 0.4, "macro_f1_recordings": 0.3}


def outcome(right: list[bool], first: int = 0, wrong: str = "نوبة") -> Experiment:
    """An experiment with a test recording a truth value, numbered from `first`."""
    return Experiment(
        SCORES | {"accuracy_recordings": float(np.mean(right))},
        pd.DataFrame(
            {
                "recording": [f"r{number:03}" for number in range(first, first + len(right))],
                "actual": "عبد الوهاب",
                "predicted": ["عبد الوهاب" if yes else wrong for yes in right],
            }
        ),
    )


def difference(before: Experiment, after: Experiment, **options: int) -> Difference:
    return compare_experiment("mel", before, after, **{"resamples": 4000, "seed": 1, **options})


def revision(name="main", experiments=None, params=None, stages=None) -> Revision:
    experiments = {"mel": outcome([True, False])} if experiments is None else experiments
    return Revision(name, None, experiments, params or {}, stages or {})


def test_identical_predictions_are_no_evidence_of_anything():
    same = outcome([True] * 13 + [False] * 7)
    found = difference(same, same)
    assert found.difference == 0
    assert (found.low, found.high) == pytest.approx((-0.168, 0.168), abs=0.001)  # 1 - .025^(1/20)
    assert (found.fixed, found.broken, found.moved) == (0, 0, [])
    assert found.verdict == "no evidence"


def test_a_model_that_fixes_thirty_of_forty_errors_is_better_and_the_reverse_worse():
    old, new = outcome([True] * 60 + [False] * 40), outcome([True] * 90 + [False] * 10)
    better, worse = difference(old, new), difference(new, old)
    assert better.difference == pytest.approx(0.3)
    # The mean of 100 draws that are 1 with probability 0.3: ± 1.96 · √(0.3 · 0.7 / 100).
    assert better.low == pytest.approx(0.3 - 0.0898, abs=0.011)
    assert better.high == pytest.approx(0.3 + 0.0898, abs=0.011)
    assert (better.fixed, better.broken, better.verdict) == (30, 0, "better")
    assert (worse.difference, worse.low, worse.high) == pytest.approx(
        (-0.3, -better.high, -better.low)
    )
    assert (worse.fixed, worse.broken, worse.verdict) == (0, 30, "worse")


def test_recordings_are_resampled_in_pairs():
    """Equal accuracies apart, the interval's width is that of the disagreement alone."""
    old = outcome([True] * 50 + [False] * 50)
    one_fixed = outcome([True] * 58 + [False] * 42)
    found = difference(old, one_fixed)
    # Unpaired, two accuracies near 0.5 over 100 recordings would differ by ± 0.14.
    assert found.high - found.low < 0.13
    assert found.verdict == "better"
    other_half = outcome([False] * 50 + [True] * 50)
    swapped = difference(old, other_half)
    assert swapped.difference == 0
    # Now every recording is ± 1: ± 1.96 / √100.
    assert (swapped.low, swapped.high) == pytest.approx((-0.196, 0.196), abs=0.02)
    assert (swapped.fixed, swapped.broken, swapped.verdict) == (50, 50, "no evidence")


def test_few_changes_are_no_evidence_though_the_interval_leaves_out_zero():
    five = difference(outcome([False] * 10), outcome([True] * 5 + [False] * 5))
    assert five.low > 0
    assert five.verdict == "no evidence"
    assert difference(outcome([False] * 10), outcome([True] * 6 + [False] * 4)).verdict == "better"


def test_all_of_a_few_fixed_is_no_certain_difference():
    four, right = outcome([False] * 4), outcome([True] * 4)
    found = difference(four, right)
    # Of 4 in 4, the share fixed is .398 or more, so the share broken .602 or less.
    assert (found.difference, found.low, found.high) == pytest.approx(
        (1, 2 * 0.39764 - 1, 1), abs=1e-4
    )
    worse = difference(right, four)
    assert (worse.low, worse.high) == pytest.approx((-found.high, -found.low))
    assert found.verdict == worse.verdict == "no evidence"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.2, "better"), (-0.2, -0.1, "worse"), (-0.1, 0.1, "no evidence"),
     (0.0, 0.2, "no evidence"), (-0.2, 0.0, "no evidence"), (None, None, "not comparable")],
)  # fmt: skip
def test_verdict(low, high, expected):
    assert decide_verdict(low, high, 100) == expected


def test_recordings_of_one_revision_only_are_left_out_and_counted():
    old = outcome([False] * 20)  # r000 to r019
    new = outcome([True] * 25, first=10)  # r010 to r034
    found = difference(old, new)
    assert (found.shared, found.only_before, found.only_after) == (10, 10, 15)
    assert (found.fixed, found.difference) == (10, 1.0)


def test_pairs_are_by_recording_and_not_by_row():
    old = outcome([True] * 10 + [False] * 10)
    turned = Experiment(SCORES, old.recordings[::-1])
    assert difference(old, turned) == difference(old, Experiment(SCORES, old.recordings))


def test_no_shared_recording_cannot_be_compared():
    found = difference(outcome([True] * 5), outcome([False] * 5, first=50))
    assert (found.shared, found.difference, found.low, found.verdict) == (
        0, None, None, "not comparable",
    )  # fmt: skip


def test_the_interval_depends_on_the_seed_alone():
    old, new = outcome([True] * 6 + [False] * 34), outcome([True] * 17 + [False] * 23)
    assert difference(old, new) == difference(old, new)
    assert difference(old, new, resamples=500) != difference(old, new, resamples=500, seed=2)


def test_confusions_that_moved_most_come_first():
    old = outcome([False] * 9, wrong="أم كلثوم")
    new = outcome([False] * 2 + [True] * 7, wrong="القصبجي")
    moved = difference(old, new).moved
    assert [(m.actual, m.predicted, m.before, m.after) for m in moved] == [
        ("عبد الوهاب", "أم كلثوم", 9, 0),
        ("عبد الوهاب", "القصبجي", 0, 2),
    ]
    assert [m.after for m in difference(new, old).moved] == [9, 0]


def test_a_new_display_name_moves_no_confusion_and_another_composer_does():
    actual = ["a", "a", "b", "b", "c", "c", "d", "e", "e"]
    predicted = ["b", "a", "a", "c", "d", "c", "d", "c", "e"]
    old = pd.DataFrame({"recording": list("123456789"), "actual": actual, "predicted": predicted})
    new = old.replace({"a": "ا", "b": "c", "c": "b"})  # one name is new, two are exchanged
    assert difference(Experiment(SCORES, old), Experiment(SCORES, new)).moved == []
    new.loc[0, "predicted"] = "ا"
    new.loc[8, "actual"] = "d"  # of two recordings by e: that is no new name
    moved = difference(Experiment(SCORES, old), Experiment(SCORES, new)).moved
    assert {(m.actual, m.predicted, m.before, m.after) for m in moved} == {
        ("ا", "c", 1, 0), ("d", "e", 0, 1),
    }  # fmt: skip


def test_changed_parameters_and_stages():
    old = revision(
        params={"aug.factor": 2, "gone": None, "same": [1]},
        stages={"mel": {"md5": "a"}, "split": {"md5": "a"}, "old": {}},
    )
    new = revision(
        name="workspace",
        params={"aug.factor": 3, "added": 1.5, "same": [1]},
        stages={"mel": {"md5": "b"}, "split": {"md5": "a"}, "new": {}},
    )
    found = compare_revisions(old, new)
    assert [(c.parameter, c.before, c.after) for c in found.params] == [
        ("added", None, 1.5), ("aug.factor", 2, 3), ("gone", None, None),
    ]  # fmt: skip
    assert (found.stages_ran, found.stages_added, found.stages_removed) == (
        ["mel"], ["new"], ["old"],
    )  # fmt: skip


def test_experiments_in_one_revision_only_are_named():
    both, own = outcome([True]), outcome([False])
    old = revision(experiments={"dropped": own, "mel": both})
    new = revision(name="workspace", experiments={"best": own, "mel": both})
    found = compare_revisions(old, new)
    assert [one.experiment for one in found.experiments] == ["mel"]
    assert (found.only_before, found.only_after) == (["dropped"], ["best"])
    text = format_markdown(found)
    assert "Only in `main`: `dropped`." in text
    assert "Only in `workspace`: `best`." in text


def test_no_experiment_in_common_is_refused():
    old, new = revision(experiments={"a": outcome([True])}), revision("x", {"b": outcome([True])})
    with pytest.raises(TakhtError, match=r"main and x: no experiment is in both, got a and b; "):
        compare_revisions(old, new)


def cells(line: str) -> list[str]:
    """The cells of a table row as GitHub reads them: a bar with a backslash is text."""
    return [cell.strip() for cell in line.replace(r"\|", "\0").strip("|").split("|")]


def test_markdown_shows_scores_differences_and_verdicts():
    old = {"mel": outcome([True] * 60 + [False] * 40)}
    new = {"mel": outcome([True] * 90 + [False] * 10)}
    text = format_markdown(compare_revisions(revision(experiments=old), revision("workspace", new)))
    row = next(cells(line) for line in text.splitlines() if line.startswith("| `mel` | 0"))
    assert row[:7] == [
        "`mel`", "0.600 → 0.900", "0.400 → 0.400", "0.300 → 0.300", "100", "30", "0",
    ]  # fmt: skip
    assert row[7].startswith("+0.300 [+0.2")
    assert row[8] == "**better**"
    assert "| `mel` | عبد الوهاب | نوبة | 40 | 10 |" in text


def test_markdown_says_that_test_sets_differ_and_that_nothing_was_run():
    old = revision(experiments={"mel": outcome([True] * 4)}, params={"seed": 1})
    new = revision("workspace", {"mel": outcome([True] * 6, first=1)}, params={"seed": 2})
    text = format_markdown(compare_revisions(old, new))
    assert (
        "The test sets differ (`mel`). Recordings in both: 3, only in `main`: 1, "
        "only in `workspace`: 3." in text
    )
    assert "Test recordings in both: 3, too few for any evidence. Compare cross-valid" in text
    assert "run `dvc repro` before believing" in text
    same = format_markdown(compare_revisions(old, old))
    assert "test sets differ" not in same
    assert "dvc repro" not in same


def test_what_holds_for_several_experiments_is_said_once():
    first, second = outcome([True] * 9), outcome([True] * 9, first=50)
    corpora = [replace(first, corpus="A"), replace(second, corpus="B")]
    old, new = ({"mel": each, "best": each, "own": first} for each in corpora)
    text = format_markdown(compare_revisions(revision(experiments=old), revision("later", new)))
    assert text.count("Measured on two corpora:** A before, B after (`mel`, `best`)") == 1
    assert text.count("The test sets differ (`mel`, `best`). Recordings in both: 0") == 1
    assert text.count("not comparable") == 2
    del old["own"], new["own"]
    text = format_markdown(compare_revisions(revision(experiments=old), revision("later", new)))
    assert "cannot be subtracted" in text
    assert "cross-validated" not in text  # these are of two corpora, too


def test_special_characters_of_markdown_stay_text():
    labels = ["a|b", "*x* <b>", r"c\d", "[e](f)", "_g_ h_i", "two\nlines"]
    actual = "عبد | الوهاب"
    table = pd.DataFrame({"recording": list("123456"), "actual": actual, "predicted": labels})
    right = table.assign(predicted=actual)
    old, new = Experiment(SCORES, table), Experiment(SCORES, right)
    found = compare_revisions(
        revision("a|b", {"m|l": old}, {"k|": "v|`w`"}), revision("workspace", {"m|l": new})
    )
    tables = [line for line in format_markdown(found).splitlines() if "| " in line]
    assert {len(cells(line)) for line in tables} == {9, 3, 5}
    shown = {cells(line)[2] for line in tables if "الوهاب" in line}
    assert shown <= {
        "a\0b", r"\*x\* \<b\>", r"c\\d", r"\[e\](f)", r"\_g\_ h_i", "two lines",
    }  # fmt: skip
    assert len(shown) == 5
    assert r"عبد \| الوهاب" in "\n".join(tables)


def test_scores_of_two_corpora_are_named():
    table = pd.DataFrame({"recording": ["a/1"], "actual": ["a"], "predicted": ["a"]})
    first, second = (Experiment(SCORES, table, corpus) for corpus in ("88 here", "9 there"))
    assert difference(first, second).corpora == ("88 here", "9 there")
    assert difference(first, first).corpora is None
    assert difference(Experiment(SCORES, table), second).corpora is None


def test_two_experiments_of_a_revision_differ_in_scores_and_their_own_parameters():
    params = {"experiments.a.seed": 1, "experiments.a.x": 2, "experiments.b.seed": 3, "aug": 9}
    both = {"a": outcome([True] * 60 + [False] * 40), "b": outcome([True] * 90 + [False] * 10)}
    here = Revision("main", "0123456789ab", both, params, {"mel": {}})
    found = compare_experiments(here, "a", "b")
    assert (found.before, found.after, found.stages_ran) == ("a", "b", [])
    assert [(c.parameter, c.before, c.after) for c in found.params] == [
        ("seed", 1, 3), ("x", 2, None),
    ]  # fmt: skip
    (one,) = found.experiments
    assert (one.experiment, one.fixed, one.broken) == ("b", 30, 0)
    title = format_markdown(found).splitlines()[0]
    assert title == "## `a` → `b`, experiments of `main` (0123456)"
    assert "Stages that ran" not in format_markdown(found)
    with pytest.raises(TakhtError, match="main: experiments: no metrics of 'c', there are a, b;"):
        compare_experiments(here, "a", "c")
