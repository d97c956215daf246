"""Arrays, weights, cards and parameters made to run something: nothing runs, one line says why."""

import io
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import models
import numpy as np
import pytest
import synthetic
import yaml
from pipeline import ROOT

from takht.classifiers import classifier
from takht.core.model_files import read_arrays, read_card
from takht.dataset.feature_folder import open_array, read_settings
from takht.errors import TakhtError
from takht.generation.cards.generation_card import GenerationCard
from takht.runtime.params import Section, load_section

DEEP = 100_000


class Trap:
    """What springs when it is unpickled."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self):
        return (os.system, (f"touch '{self.sign}'",))


@pytest.fixture
def sign(tmp_path):
    """A path that exists once a trap has sprung."""
    path = tmp_path / "sprung"
    yield path
    assert not path.exists()


def spring(content, sign):
    pickle.loads(content)
    assert sign.exists()
    sign.unlink()


def one_line(caught):
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def arrays(sign):
    """Contents of a .npy that hold, or are, something to run."""
    objects, named = io.BytesIO(), np.array([Trap(sign)], dtype=object)
    np.save(objects, named, allow_pickle=True)
    structured = io.BytesIO()
    np.save(structured, np.array([(1.0, Trap(sign))], dtype=[("a", "f8"), ("b", "O")]))
    header = b"{'descr': __import__('os').system('touch %s'), }" % os.fsencode(sign)
    text = header.ljust(117) + b"\n"
    lying = b"{'descr': '<f2', 'fortran_order': False, 'shape': (%d, 64)}" % 2**40
    return {
        "objects": objects.getvalue(),
        "structured": structured.getvalue(),
        "pickle": pickle.dumps(Trap(sign)),
        "header": b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text,
        "lying": b"\x93NUMPY\x01\x00\x76\x00" + lying.ljust(117) + b"\n",
        "empty": b"",
        "text": b"no array",
    }


KINDS = list(arrays(Path("x")))


def test_the_traps_would_spring(sign):
    """Else the tests below would prove nothing."""
    spring(arrays(sign)["pickle"], sign)
    np.load(io.BytesIO(arrays(sign)["objects"]), allow_pickle=True)
    assert sign.exists()
    sign.unlink()
    yaml.unsafe_load(f"!!python/object/apply:os.system ['touch {sign}']")
    assert sign.exists()
    sign.unlink()


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_of_features_runs_nothing(tmp_path, sign, kind):
    (tmp_path / "c").mkdir()
    (tmp_path / "c/r.npy").write_bytes(arrays(sign)[kind])
    with pytest.raises(TakhtError, match=r"c/r\.npy: .*dvc") as caught:
        open_array(tmp_path, "c/r")
    one_line(caught)


@pytest.mark.parametrize("content", ["", "{", "[" * DEEP, "\xff", "[]", "nan"])
def test_settings_of_features_that_are_none(tmp_path, content):
    (tmp_path / "settings.json").write_text(content, encoding="latin-1")
    with pytest.raises(TakhtError, match=r"settings\.json: .*dvc") as caught:
        read_settings(tmp_path)
    one_line(caught)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_a_discriminant_and_of_generation_run_nothing(tmp_path, sign, kind):
    models.discriminant().save(tmp_path)
    with zipfile.ZipFile(tmp_path / "weights.npz", "w") as archive:
        for name in ("weights.npy", "bias.npy"):
            archive.writestr(name, arrays(sign)[kind])
    with pytest.raises(TakhtError, match=r"weights\.npz") as caught:
        classifier.load_classifier(tmp_path)
    one_line(caught)
    with pytest.raises(TakhtError, match=r"weights\.npz") as caught:
        read_arrays(tmp_path, "weights")
    one_line(caught)
    (tmp_path / "weights.npz").write_bytes(arrays(sign)[kind])
    with pytest.raises(TakhtError, match=r"weights\.npz"):
        classifier.load_classifier(tmp_path)
    with pytest.raises(TakhtError, match=r"weights\.npz"):
        read_arrays(tmp_path, "weights")


def spoilt_weights(path, sign):
    """Spoil a file of weights in every way; yield the name of each."""
    whole = path.read_bytes()
    yield "pickle", path.write_bytes(pickle.dumps(Trap(sign)))
    for share in (0.1, 0.5, 0.99):
        yield f"cut at {share}", path.write_bytes(whole[: int(share * len(whole))])
    path.unlink()
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = '{"class_name": "Lambda", "config": {"function": "gASV"}}'
        kind = h5py.special_dtype(vlen=bytes)
        file.create_dataset("layers/conv2d/vars/0", (1,), dtype=kind)[0] = b"cos\nsystem\n"
    yield "a Lambda layer", None
    other = path.with_name("other.h5")
    other.write_bytes(whole)
    path.unlink()
    with h5py.File(path, "w") as file:
        file["layers"] = h5py.ExternalLink(str(other), "/layers")
    yield "a link to another file", None
    path.unlink()
    path.write_bytes(whole)
    with h5py.File(path, "r+") as file:
        file["layers/loop"] = h5py.SoftLink("/layers")
        del file["layers"]
    yield "no layers", None


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)  # Keras
def test_weights_of_a_network_run_nothing(tmp_path, sign):
    models.network("mfcc").save(tmp_path)
    for kind, _ in spoilt_weights(tmp_path / "weights.weights.h5", sign):
        with pytest.raises(TakhtError, match=r"weights\.weights\.h5.*dvc checkout") as caught:
            classifier.load_classifier(tmp_path)
        assert len(str(caught.value).splitlines()) == 1, kind


@pytest.mark.parametrize(
    "content",
    [
        "[" * DEEP,
        '{"kind": ' * DEEP,
        '{"kind": {"__reduce__": ["os.system", "touch sprung"]}}',
        '{"kind": "discriminant", "!!python/object/apply:os.system": ["touch sprung"]}',
        '{"class_name": "Lambda", "config": {"function": "gASV"}}',
        '{"kind": "../../../../etc/passwd"}',
        '{"kind": "network\\nTraceback (most recent call last):"}',
    ],
)
@pytest.mark.usefixtures("sign")
def test_a_card_runs_nothing(tmp_path, content):
    models.discriminant().save(tmp_path)
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(TakhtError, match=r"model\.json") as caught:
        classifier.load_classifier(tmp_path)
    one_line(caught)
    with pytest.raises(TakhtError, match=r"model\.json") as caught:
        read_card(GenerationCard, tmp_path)
    one_line(caught)


class Anything(Section):
    at = "catalogue"
    seed: int


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['touch {sign}']",
        "!!python/object/new:os.system ['touch {sign}']",
        "!!python/name:os.system",
        "!!python/module:os",
        "[" * 5000,
        "{{a: " * 5000,
        '!!binary "gASV"',
        "2001-01-01",
        "!!timestamp 9999-99-99",
    ],
)
def test_parameters_run_nothing(tmp_path, sign, value):
    path = tmp_path / "params.yaml"
    path.write_text(f"catalogue:\n  seed: {value.format(sign=sign)}\n", encoding="utf-8")
    with pytest.raises(TakhtError, match=r"params\.yaml: ") as caught:
        load_section(Anything, {}, path)
    one_line(caught)


@pytest.mark.slow
def test_a_stage_says_one_line_and_shows_no_traceback(tmp_path, sign):
    """`train@baseline`, as dvc.yaml runs it, on features and parameters made to run something."""
    synthetic.write_statistics(tmp_path, composers=2, recordings=6)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    poisoned = next((tmp_path / "statistics").rglob("*.npy"))
    poisoned.write_bytes(arrays(sign)["objects"])
    words = ["scale=demo", "experiment=baseline", "statistics", "split.csv", "model", "curve.csv"]
    first = said(tmp_path, words)
    assert poisoned.name in first
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    trap = f"seed: !!python/object/apply:os.system ['touch {sign}']"
    (tmp_path / "params.yaml").write_text(text.replace("seed: 1", trap), encoding="utf-8")
    assert "params.yaml: not readable as YAML" in said(tmp_path, words)


def said(folder, words):
    """Return the one line that a failing stage says."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "src/train.py"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "train" not in line[:6]]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    return lines[0]
