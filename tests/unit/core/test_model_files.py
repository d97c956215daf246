"""Model folders are not trusted: what is in them ends in one short line, soon, in little RAM."""

import hashlib
import io
import json
import os
import resource
import time
import zipfile

import h5py
import models
import numpy as np
import pytest

from takht.classifiers import classifier
from takht.core import model_files
from takht.errors import TakhtError
from takht.generation.cards.generation_card import GenerationCard


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def lying(shape, kind="<f8"):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode()


def packed(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("weights.npy", "w", force_zip64=True) as file:
            file.write(lying((2**26,)))
            for _ in range(2**5):
                file.write(bytes(2**24))
        archive.writestr("bias.npy", npy(np.zeros(3)))


def overlapping(path):
    """Twenty names for the same megabyte."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.npy", npy(np.zeros(2**17)))
        (first,) = archive.infolist()
        for number in range(20):
            other = zipfile.ZipInfo(f"w{number}.npy")
            for key in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(other, key, getattr(first, key))
            archive.filelist.append(other)


def members(**contents):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("weights", "bias"):
                archive.writestr(f"{name}.npy", contents.get(name, npy(np.zeros(3))))

    return write


def device(path):
    path.symlink_to("/dev/zero")


WEIGHTS = {
    "packed": packed,
    "overlapping": overlapping,
    "device": device,
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "loop": lambda path: path.symlink_to(path),
    "random device": lambda path: path.symlink_to("/dev/urandom"),
    "nan": members(weights=npy(np.full((models.COUNT, 3), np.nan))),
    "infinite": members(bias=npy(np.array([np.inf, 0, 0]))),
    "absurd": members(bias=npy(np.array([1e300, 0, 0]))),
    "complex": members(bias=npy(np.zeros(3, complex))),
    "text": members(bias=npy(np.array(["a", "b"]))),
    "dates": members(bias=npy(np.zeros(3, "M8[s]"))),
    "structured": members(bias=npy(np.zeros(3, [("a", "f8")]))),
    "huge claim": members(bias=lying((2**40, 64))),
    "negative": members(bias=lying((-1, -1))),
    "overflow": members(bias=lying((2**32, 2**32))),
    "no dimensions": members(bias=npy(np.array(1.0)), weights=npy(np.array(1.0))),
    "long header": members(bias=b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535),
    "no header": members(bias=b"\x93NUMPY\x01\x00\x01\x00("),
    "bad indent": members(bias=b"\x93NUMPY\x01\x00\x0b\x00if 1:\n  2\n 3"),
    "largest negative": members(bias=npy(np.full(3, np.iinfo(np.int64).min))),
    "other version": members(bias=b"\x93NUMPY\x03\x00\x76\x00\x00\x00" + b"x" * 118),
    "other names": lambda path: np.savez(path, other=np.zeros(3)),
}


def test_arrays_become_the_same_bytes_in_every_python(tmp_path):
    """`numpy.savez` leaves part of a zip file's header to the version of Python."""
    arrays = {"weights": np.arange(12, dtype=np.float32).reshape(3, 4), "bias": np.array(3)}
    model_files.write_arrays(tmp_path, "found", arrays)
    digest = hashlib.sha256((tmp_path / "found.npz").read_bytes()).hexdigest()
    assert digest == "e8d91210f3ef2bcfe16665f8a5ad7d52dc589dfc400da18b417f1500b57c3614"
    for name, array in model_files.read_arrays(tmp_path, "found").items():
        np.testing.assert_array_equal(array, arrays[name])


def refused(load, folder):
    """The short line with which a folder is refused; quickly, and in little memory."""
    started, held = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TakhtError) as caught:
        load(folder)
    assert time.monotonic() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 200_000  # kB
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 700
    assert "; " in line
    return line


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", WEIGHTS)
def test_arrays(tmp_path, kind):
    models.discriminant().save(tmp_path)
    (tmp_path / "weights.npz").unlink()
    WEIGHTS[kind](tmp_path / "weights.npz")
    assert str(tmp_path) in refused(classifier.load_classifier, tmp_path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "x" * 2_000_000},
        {"kind": "discriminant\n" * 5},
        {"parameters": int("9" * 4000)},
        {"mflop_per_window": 1e999},
        {"composers": ["a", "b"] * 200_000},
        {"composers": [{"a": 1}]},
        {"bands": True},
        {"frames": 1e300},
        {"confidence": {"temperature": 1e-300, "unknown_below": 0.0}},
        {"features": {"kind": "y" * 2_000_000}},
        {"unknown" * 1000: 1},
    ],
    ids=lambda change: str(change)[:24],
)
def test_cards(tmp_path, change):
    models.discriminant().save(tmp_path)
    card = json.loads((tmp_path / "model.json").read_text("utf-8"))
    (tmp_path / "model.json").write_text(json.dumps(card | change), encoding="utf-8")
    assert "model.json" in refused(classifier.load_classifier, tmp_path)
    (tmp_path / "model.json").unlink()
    for kind in (device, os.mkfifo, lambda path: path.symlink_to("nowhere")):
        kind(tmp_path / "model.json")
        refused(lambda folder: model_files.read_card(GenerationCard, folder), tmp_path)
        (tmp_path / "model.json").unlink()


def rewrite(**options):
    """Write a file of weights that holds one array, stored in some way."""

    def write(path):
        path.unlink()
        with h5py.File(path, "w") as file:
            file.create_dataset("layers/conv2d/vars/0", **options)

    return write


HDF5 = {
    "device": lambda path: (path.unlink(), device(path)),
    "packed": rewrite(shape=(2**31,), dtype="f4", chunks=(2**20,), compression="gzip"),
    "sparse": rewrite(shape=(2**40,), dtype="f4", chunks=(2**20,)),
    "nan": rewrite(data=np.full(9, np.nan)),
    "absurd": rewrite(data=np.full(9, 1e38, np.float32)),
    "text": rewrite(data=["a", "b"]),
    "small": rewrite(data=np.zeros(3)),
}


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras
def test_weights_of_networks(tmp_path):
    models.network("mfcc").save(tmp_path)
    classifier.load_classifier(tmp_path)
    whole = (tmp_path / "weights.weights.h5").read_bytes()
    for kind, write in HDF5.items():
        write(tmp_path / "weights.weights.h5")
        assert "weights.weights.h5" in refused(classifier.load_classifier, tmp_path), kind
        (tmp_path / "weights.weights.h5").unlink()
        (tmp_path / "weights.weights.h5").write_bytes(whole)
    card = json.loads((tmp_path / "model.json").read_text("utf-8"))
    many = {"composers": ["a"] * 99, "labels": ["a"] * 99}
    for change in ({"width": 4.0}, {"frames": 10_000}, many):
        (tmp_path / "model.json").write_text(json.dumps(card | change), encoding="utf-8")
        refused(classifier.load_classifier, tmp_path)
