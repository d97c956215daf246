"""Windows lie within segments, know when they start, and are read as they were written."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from feature_folders import write_recording
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError

RATE_HZ, HOP = 22_050, 1024
HOW = {"kind": "mel", "unit": "plain", "sample_rate_hz": RATE_HZ, "hop_samples": HOP}


def source(
    folder: Path, recordings: dict[str, list[list[int]]], **settings: object
) -> FeatureFolder:
    """Write copies of segments of so many frames; a frame holds copy, segment, place and recording.

    `recordings` lists the segments' lengths for each copy. A segment starts where the last ended.
    """
    rows = []
    for number, (name, copies) in enumerate(recordings.items()):
        pieces = []
        for copy, lengths in enumerate(copies):
            starts = np.cumsum([0, *lengths]) * HOP / RATE_HZ
            for segment, length in enumerate(lengths):
                frames = np.array([(copy, segment, place, number) for place in range(length)])
                frames = frames.reshape(length, 4)
                pieces.append(FeaturePiece(copy, segment, starts[segment], frames))
        rows.append(write_recording(folder, name, pieces))
    write_index(folder, dict(rows), HOW | settings)
    return FeatureFolder(folder)


LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=4)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.lists(LENGTHS, min_size=1, max_size=3), min_size=1, max_size=3),
    st.integers(1, 12),
    st.integers(1, 15),
)
def test_no_window_crosses_a_segment_and_none_is_missing(copies, frames, step):
    for lengths in copies:
        lengths[0].append(frames)  # one that is long enough
    with tempfile.TemporaryDirectory() as name:
        recordings = {f"c/r{number}": lengths for number, lengths in enumerate(copies)}
        found = source(Path(name), recordings)
        table = found.windows(WindowSize(frames=frames, step_frames=step))
        values = found.read(table, frames)
    expected = [
        (recording, copy, segment, start)
        for recording, lengths in recordings.items()
        for copy, parts in enumerate(lengths)
        for segment, length in enumerate(parts)
        for start in range(0, length - frames + 1, step)
    ]
    assert [(r.recording, r.copy, r.segment) for r in table.itertuples(index=False)] == [
        e[:3] for e in expected
    ]
    for window, (recording, copy, segment, start) in zip(values, expected, strict=True):
        assert (window[:, 0] == copy).all()
        assert (window[:, 1] == segment).all()
        assert (window[:, 2] == start + np.arange(frames)).all()
        assert (window[:, 3] == int(recording[3:])).all()


def test_a_window_starts_when_its_first_frame_does(tmp_path):
    found = source(tmp_path, {"c/r0": [[50, 30], [20, 45]]})
    table = found.windows(WindowSize(frames=10, step_frames=7))
    second = table[(table["copy"] == 0) & (table["segment"] == 1)]
    places = [50, 57, 64]  # frames into the recording; 71 + 10 would cross its end
    np.testing.assert_allclose(second["start_seconds"], np.array(places) * HOP / RATE_HZ, atol=1e-6)
    assert second["first_frame"].tolist() == places
    third = table[(table["copy"] == 1) & (table["segment"] == 1)]
    assert third["first_frame"].iloc[0] == 80 + 20  # in the array, after copy 0
    assert third["start_seconds"].iloc[0] == pytest.approx(20 * HOP / RATE_HZ, abs=1e-6)


def test_frames_that_are_windows_are_taken_one_by_one(tmp_path):
    found = source(tmp_path, {"c/r0": [[3, 2]], "c/r1": [[1]]}, frame="window", hop_samples=44_032)
    table = found.windows(WindowSize(frames=108, step_frames=43))
    assert table["first_frame"].tolist() == [0, 1, 2, 3, 4, 0]
    assert table["segment"].tolist() == [0, 0, 0, 1, 1, 0]
    within = np.array([0, 1, 2, 0, 1, 0]) * 44_032 / RATE_HZ
    starts = np.array([0, 0, 0, 3, 3, 0]) * HOP / RATE_HZ
    np.testing.assert_allclose(table["start_seconds"], starts + within, atol=1e-6)
    assert found.read(table, 1).shape == (6, 1, 4)


def test_recordings_without_a_window_are_named(tmp_path):
    found = source(tmp_path, {"c/b": [[9, 9]], "c/a": [[9], [30]], "c/d": [[3]], "c/e": [[10]]})
    with pytest.raises(TakhtError, match=r": c/b, c/d: no segment has the 10 frames of a window;"):
        found.windows(WindowSize(frames=10, step_frames=5))
    assert set(found.windows(WindowSize(frames=3, step_frames=5))["recording"]) == {
        "c/a", "c/b", "c/d", "c/e",
    }  # fmt: skip


def test_levels_are_held_to_80_db_below_each_windows_own_maximum(tmp_path):
    levels = np.full((20, 3), -100.0)
    levels[2, 1], levels[15, 2], levels[16, 0] = -5.0, -50.0, -90.0
    rows = write_recording(tmp_path, "c/r", [FeaturePiece(0, 0, 0.0, levels)])
    write_index(tmp_path, dict([rows]), HOW | {"unit": "dB"})
    found = FeatureFolder(tmp_path)
    assert found.bands == 3
    first, second = found.read(found.windows(WindowSize(frames=10, step_frames=10)), 10)
    assert (first.max(), first.min()) == (-5, -85)
    assert (second.max(), second.min()) == (-50, -100)
    assert second[6, 0] == -90
    write_index(tmp_path, dict([rows]), HOW)  # not levels: left alone
    plain = FeatureFolder(tmp_path)
    values = plain.read(plain.windows(WindowSize(frames=10, step_frames=10)), 10)
    np.testing.assert_array_equal(values.reshape(20, 3), levels)
    assert values.dtype == np.float32


def test_windows_are_read_in_the_tables_order(tmp_path):
    found = source(tmp_path, {"c/r0": [[30]], "c/r1": [[30]]})
    table = found.windows(WindowSize(frames=5, step_frames=4))
    order = np.random.default_rng(1).permutation(len(table))
    shuffled = found.read(table.iloc[order], 5)
    np.testing.assert_array_equal(shuffled, found.read(table, 5)[order])
    assert found.read(table.iloc[:0], 5).shape == (0, 5, 4)
    pd.testing.assert_frame_equal(table, found.windows(WindowSize(frames=5, step_frames=4)))
