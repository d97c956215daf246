"""Features come back from disk as they were, to the precision of their type."""

import json

import numpy as np
import pytest
from feature_folders import write_recording

from takht.dataset.feature_folder import (
    FeaturePiece,
    array_path,
    open_array,
    read_index,
    read_index_rows,
    read_pieces,
    read_settings,
    write_index,
)
from takht.errors import TakhtError
from takht.features.spectrograms.mel import log_mel

RATE_HZ = 22_050


def pieces(bands: int = 5) -> list[FeaturePiece]:
    rng = np.random.default_rng(1)
    places = [(0, 0, 0.0, 7), (0, 1, 1.5, 4), (1, 0, 0.0, 9), (1, 1, 1.5, 1)]
    levels = [rng.normal(0, 20, (frames, bands)).astype(np.float32) for *_, frames in places]
    return [FeaturePiece(*place[:3], level) for place, level in zip(places, levels, strict=True)]


def test_pieces_come_back_in_order(tmp_path):
    written = pieces()
    whole = np.concatenate([piece.frames for piece in written])
    made = [write_recording(tmp_path, "ع ب/مقام 1", written, np.float32)]
    write_index(tmp_path, dict(made), {})
    rows = read_index(tmp_path)
    assert rows["first_frame"].tolist() == [0, 7, 11, 20]
    assert rows["frames"].tolist() == [7, 4, 9, 1]
    np.save(tmp_path / "oracle.npy", whole)
    path = array_path(tmp_path, "ع ب/مقام 1")
    assert path.read_bytes() == (tmp_path / "oracle.npy").read_bytes()
    own = read_index_rows(tmp_path)["ع ب/مقام 1"]
    read = list(read_pieces(tmp_path, "ع ب/مقام 1", own))
    for one, other in zip(written, read, strict=True):
        assert (one.copy, one.segment, one.start_seconds) == (
            other.copy, other.segment, other.start_seconds,
        )  # fmt: skip
        np.testing.assert_array_equal(one.frames, other.frames)
    few = list(read_pieces(tmp_path, "ع ب/مقام 1", [own[2]]))
    np.testing.assert_array_equal(few[0].frames, written[2].frames)


def test_log_mel_loses_less_than_a_thirtieth_of_a_db_on_disk(tmp_path):
    now = np.arange(3 * RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(2)
    wave = rng.normal(0, 1, len(now)) * 10 ** (-5 * now / 3) + np.sin(6000 * now)
    loud = log_mel(
        wave.astype(np.float32), sample_rate_hz=RATE_HZ, n_fft=2048, hop_samples=512, bands=64
    )
    silent = np.linspace(-100, 50, 64 * 400, dtype=np.float32).reshape(400, 64)  # every level
    made = [
        write_recording(
            tmp_path, "c/r", [FeaturePiece(0, 0, 0, loud), FeaturePiece(0, 1, 3, silent)]
        )
    ]
    write_index(tmp_path, dict(made), {})
    rows = read_index_rows(tmp_path)["c/r"]
    assert open_array(tmp_path, "c/r").dtype == np.float16
    for written, read in zip((loud, silent), read_pieces(tmp_path, "c/r", rows), strict=True):
        assert read.frames.dtype == np.float32
        # Below -64 dB float16 has a number every 1/16 dB, above one every 1/32 or closer.
        error = np.abs(read.frames - written)
        assert error.max() <= 1 / 32
        assert error[written > -64].max() <= 1 / 64


def test_index_and_settings_come_back(tmp_path):
    settings = {"kind": "mel", "unit": "dB", "sample_rate_hz": RATE_HZ}
    rows = [write_recording(tmp_path, f"c,d/{name}", pieces()) for name in ("é", '"b"')]
    write_index(tmp_path, dict(rows), settings)
    index = read_index(tmp_path)
    assert index["recording"].tolist() == ["c,d/é"] * 4 + ['c,d/"b"'] * 4
    assert list(index.columns) == [
        "recording", "copy", "segment", "start_seconds", "first_frame", "frames",
    ]  # fmt: skip
    for name in ("copy", "segment", "start_seconds", "first_frame", "frames"):
        place = list(index.columns).index(name) - 1
        assert index[name].tolist() == [row[place] for _, made in rows for row in made]
    assert read_settings(tmp_path) == settings
    assert json.loads((tmp_path / "settings.json").read_text(encoding="utf-8")) == settings


def test_writing_twice_writes_the_same_bytes(tmp_path):
    contents = []
    for name in ("first", "second"):
        rows = write_recording(tmp_path / name, "c/r", pieces())
        write_index(tmp_path / name, dict([rows]), {"kind": "mel"})
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([path.read_bytes() for path in files])
    assert contents[0] == contents[1]
    assert len(contents[0]) == 3


def test_a_pickled_array_is_refused(tmp_path):
    np.save(tmp_path / "r.npy", np.array([{}, None]), allow_pickle=True)
    with pytest.raises(ValueError, match=r"allow_pickle=False|Python objects"):
        open_array(tmp_path, "r")


@pytest.mark.parametrize("header", ["(", "  1\n 2", "-" * 5000 + "1", "{'descr': '<f4'}"])
def test_a_header_that_is_no_python_or_no_array_is_refused(tmp_path, header):
    size = len(header).to_bytes(2, "little")
    (tmp_path / "r.npy").write_bytes(b"\x93NUMPY\1\0" + size + header.encode())
    with pytest.raises(TakhtError, match=r"r\.npy: not what the stage wrote \(.*; restore it"):
        open_array(tmp_path, "r")
