"""Pages on large corpora say what docs/measured/scaling.json comes to, as worked out by hand."""

import committed
import extrapolation
import folder_objects
import pytest
import remote
import scaling
import scaling_tables
import survived
import unit_costs
from preprocess import Cost

RESULTS = survived.read(scaling.RESULTS)
TABLES = scaling_tables.every(RESULTS, committed.params())
CURVE = {1_000: 2.0, 10_000: 11.0, 30_000: 51.0}
HOUR = {
    "recording_minutes": 3,
    "cpu_s": {"catalogue": 72.0, "augment": 10.0, "split": 0.01},
    "bytes": {"segments": 150e6, "mel": 40e6, "mel_augmented": 50e6},
    "objects": {"segments": 60.0, "mel": 20.0, "mel_augmented": 20.0},
    "store": {"entries_a_recording": 5.0, "cpu_s_an_entry": 1e-4},
}
TRAINING = {
    "windows_an_hour": 1_800.0,
    "windows_a_second": {"before": 1_800.0, "now": 18_000.0},
    "ratio": 10.0,
    "bytes_a_window": 50_000,
    "table_bytes_a_window": 40.0,
    "larger_than_memory": {
        "small": {"gb": 2.0, "peak_mb": 1_200.0, "windows_a_second": 8_000.0},
        "large": {"gb": 6.0, "peak_mb": 1_300.0, "windows_a_second": 9_000.0},
    },
}


@pytest.mark.parametrize("page", scaling.PAGES)
def test_the_page_shows_the_committed_results(page):
    text = scaling.PAGES[page].read_text(encoding="utf-8")
    shown = committed.with_tables(text, TABLES[page])
    assert shown == text, "run `python benchmarks/scaling.py table`"


def test_a_table_needs_its_place():
    page = "a\n<!-- time -->\nold\n<!-- end of time -->\n\\1"
    new = committed.with_tables(page, {"time": ["| \\1 |", "new"]})
    assert new == "a\n<!-- time -->\n| \\1 |\nnew\n<!-- end of time -->\n\\1"
    with pytest.raises(ValueError, match=r"<!-- storage --> must .* found 0 times"):
        committed.with_tables(page, {"storage": []})


def test_an_hour_is_the_difference_of_two_corpora_and_an_altered_hour_counts_for_itself():
    small, large = (
        {
            "hours": hours,
            "altered_hours": altered,
            "cpu_s": {"mel": 3 + 10 * hours, "augment": 4 + 8 * altered},
            "bytes": {"mel": 40 * hours, "mel_augmented": 40 * hours + 50 * altered},
            "objects": {"mel": 2 + 20 * hours},
        }
        for hours, altered in ((0.25, 0.5), (0.75, 1.25))
    )
    hour = unit_costs.per_hour(small, large)
    assert hour["cpu_s"] == pytest.approx({"mel": 10.0, "augment": 8.0})
    assert hour["bytes"] == pytest.approx({"mel": 40.0, "mel_augmented": 50.0})
    assert hour["objects"] == pytest.approx({"mel": 20.0})


def test_cores_share_the_work():
    assert extrapolation.wall_hours(72.0, hours=1_000, cores=64) == pytest.approx(0.3125)


@pytest.mark.parametrize(
    ("count", "value"),
    [(500, 2.0), (1_000, 2.0), (5_500, 6.5), (20_000, 31.0), (30_000, 51.0), (80_000, 151.0)],
)
def test_a_curve_goes_on_as_its_last_two_points(count, value):
    assert extrapolation.along(CURVE, count) == pytest.approx(value)
    if count >= 1_000:
        assert extrapolation.reaching(CURVE, value) == pytest.approx(count)


def test_a_cost_that_doubles_twice_as_the_number_doubles_is_quadratic():
    assert extrapolation.exponent({30: 1.0, 60: 4.0, 120: 16.0}) == pytest.approx(2.0)
    assert extrapolation.exponent({30: 1.0, 120: 4.0}) == pytest.approx(1.0)


def test_altered_copies_are_of_the_training_side():
    params = {"aug": {"factor": 2}, "split": {"validation_share": 0.15, "test_share": 0.15}}
    assert scaling_tables.altered_hours(params) == pytest.approx(1.4)


def test_time_is_by_stage_amount_and_cores():
    _, _, catalogue, augment, total = scaling_tables.time(HOUR, altered=1.5)
    assert catalogue == "| catalogue | 72.0 | 6 min | 11 s | 10 h | 19 min | 42 days | 31 h |"
    assert augment.startswith("| augment | 15.0 | 75 s | 2 s | 2 h |")
    assert total.startswith("| **all** | 87.0 | 7 min |")


def test_augmented_features_hold_the_own_ones_too():
    *_, augmented = scaling_tables.storage(HOUR, altered=1.5)
    assert augmented.startswith("| mel_augmented | 115.0 | 20 | 1.1 | 200 | 115.0 | 20,000 |")


def test_the_limits_are_where_the_curve_reaches_them():
    curve = {
        count: {step: Cost(cpu_s, 0.0, count / 10) for step in folder_objects.STEPS}
        for count, cpu_s in CURVE.items()
    }
    rows = list(scaling_tables.segments(curve, {"segment": {"seconds": 60.0}}))
    assert rows[3] == "| 1,000 | 1 min | 60,000 | 111 | 111 | 111 | 111 | 6,000 |"
    assert rows[6] == "| 1,000 | 10 min | 6,000 | 7 | 7 | 7 | 7 | 600 |"
    assert "With 34,000 files in a folder (580 hours in segments of 1 min)" in rows[-1]
    assert "With 80,000 files (1,300 hours), DVC needs 8 GB of memory" in rows[-1]


def test_near_duplicates_grow_by_a_power():
    cost = {"look_up_cpu_s": 1.0, "align_cpu_s": 3.0, "compared_share": 0.981, "peak_mb": 50.0}
    cost |= {"planted": 4, "found": 3, "false": 1}
    larger = cost | {"look_up_cpu_s": 13.0, "peak_mb": 250.0}
    found = {"seconds": 36, "by_recordings": {"100": cost, "400": larger}}
    rows = list(scaling_tables.near_duplicates(found))
    assert rows[2] == "| 100 | 1.0 | 3.0 | 40.0 | 50 | 4 | 3 | 1 | 98% |"
    assert "as their number to the power 1.00." in rows[-1]
    assert "one core takes 40 s for 10 hours, 67 min for 1,000 hours" in rows[-1]
    assert "62.5 MB per hour" in rows[-1]


def test_the_store_and_the_training_input_grow_with_the_hours():
    *_, last = scaling_tables.store(HOUR)
    assert last == "| 100,000 | 2,000,000 | 10,000,000 | 1,000.0 |"
    first, memory, *_, last = scaling_tables.training(TRAINING)
    assert "9,000 windows per second, 450 MB/s of features" in first
    assert "18,000. Earlier code delivered 1,800 from memory" in first
    assert "paired runs is 10.0 times as many" in first
    assert "6.0 GB of features took 1,300 MB of memory at its peak; one of 2.0 GB took" in memory
    assert last == "| 100,000 | 180,000,000 | 6 h | 9,000.0 | 7,200.0 |"


def test_results_are_read_as_they_were_kept():
    cost = Cost(1.0, 2.0, 3.0)
    curve = {10: {"add": cost}}
    assert folder_objects.from_plain(folder_objects.plain(curve)) == curve
    found = {"SSH": {"ours": remote.Transfer(cost, cost, cost, 20, 53.0)}}
    assert remote.from_plain(remote.plain(found)) == found


def test_the_curve_reaches_a_hundred_thousand_files_and_both_servers_were_there():
    assert max(map(int, RESULTS["folder_objects"])) == 100_000
    assert set(RESULTS["remote"]["servers"]) == {"SSH", "S3"}
    for ways in remote.from_plain(RESULTS["remote"]["servers"]).values():
        ours, original, _ = ways.values()
        assert original.objects > 20 * ours.objects
