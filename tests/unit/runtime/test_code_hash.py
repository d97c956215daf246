"""A piece is stale when code that can change it changed, and for no other edit."""

import importlib.metadata
import shutil
import sys

import pytest

from takht.runtime import code_hash


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the sources that identities are taken of."""
    shutil.copytree(code_hash.SRC, tmp_path / "src")
    monkeypatch.setattr(code_hash, "SRC", tmp_path / "src")
    return tmp_path / "src"


def identity(copied, stage="mel"):
    """The identity of a stage's function, as a fresh process would take it."""
    for cached in (code_hash._of_file, code_hash.list_imports):
        cached.cache_clear()

    def _extract() -> None: ...

    module = type(sys)("stage_of_test")
    module.__file__ = str(copied / f"{stage}.py")
    sys.modules["stage_of_test"] = module
    _extract.__module__ = "stage_of_test"
    try:
        return code_hash.hash_function(_extract)
    finally:
        del sys.modules["stage_of_test"]


@pytest.mark.parametrize(
    ("edited", "changes"),
    [
        ("mel.py", True),
        ("takht/features/spectrograms/mel.py", True),
        ("takht/dataset/feature_folder.py", True),
        ("takht/core/tables.py", True),  # imported by features
        ("mfcc.py", False),
        ("takht/classifiers/networks.py", False),
        ("takht/core/threads.py", True),  # acts through plumbing
        ("takht/core/cpu.py", True),
        ("takht/runtime/parallel.py", False),  # plumbing
        ("takht/cache/store.py", False),
    ],
)
def test_an_edit_counts_where_it_is_imported(copied, edited, changes):
    before = identity(copied)
    assert identity(copied) == before
    with (copied / edited).open("a") as file:
        file.write("# changed\n")
    assert (identity(copied) != before) == changes


def test_another_version_of_a_library_counts_where_it_is_imported(copied, monkeypatch):
    before = {stage: identity(copied, stage) for stage in ("mel", "convert")}
    real = code_hash._name_and_version
    another = {"soxr": ("soxr", "another")}
    monkeypatch.setattr(
        code_hash, "_name_and_version", lambda name: another.get(name) or real(name)
    )
    after = {stage: identity(copied, stage) for stage in ("mel", "convert")}
    assert after["mel"] == before["mel"]
    assert after["convert"] != before["convert"]


NESTED = """
import a
try:
    import b
except ImportError as error:
    import c
else:
    import d
finally:
    import e
class C:
    async def f(self):
        with open(0):
            import f
        for x in ():
            import g
        else:
            if x:
                pass
            elif x:
                import h
match 1:
    case 1:
        import i
    case _:
        def f():
            while True:
                import j
"""


def test_an_import_counts_wherever_it_stands(tmp_path):
    file = tmp_path / "code.py"
    file.write_text(NESTED)
    assert code_hash.list_imports(file) == {*"abcdefghij"}


def test_packages_have_the_names_and_versions_of_their_metadata():
    for package in ("numpy", "pyyaml", "imageio-ffmpeg"):
        described = importlib.metadata.metadata(package)
        assert code_hash._name_and_version(package) == (described["Name"], described["Version"])
