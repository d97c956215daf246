"""Every stage and command computes with the same instructions, whatever the processor has more."""

import ast
import os
import subprocess
import sys

import pytest
from pipeline import ROOT

from takht import instructions

SCRIPTS = [*sorted((ROOT / "src").glob("*.py")), ROOT / "src/takht/cli.py"]
FIRST = "import takht; from takht.instructions import held_back; print(held_back())"


def told(code, **variables):
    """What a new process prints that has `src` on its path and nothing set but the variables."""
    environment = {k: v for k, v in os.environ.items() if k not in instructions.AVX2_ONLY}
    environment |= {"PYTHONPATH": str(ROOT / "src")} | variables
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def test_who_imports_takht_first_is_held_back_without_a_warning():
    assert told(FIRST) == "True"


def test_what_is_set_already_stays():
    code = f"{FIRST}; import os; print(os.environ['OPENBLAS_CORETYPE'])"
    assert told(code, OPENBLAS_CORETYPE="Zen").split() == ["True", "Zen"]


def test_a_program_that_has_numpy_keeps_it():
    code = "import numpy, os, takht; print('OPENBLAS_CORETYPE' in os.environ)"
    assert told(code) == "False"


def test_without_avx2_nothing_is_asked_for(monkeypatch):
    monkeypatch.setattr(instructions, "_has_avx2", lambda: False)
    monkeypatch.delitem(sys.modules, "numpy")
    before = dict(os.environ)
    instructions.hold_back()
    assert dict(os.environ) == before


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_nothing_that_may_import_numpy_comes_before_takht(script):
    names = []
    for node in ast.parse(script.read_bytes()).body:
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module.split(".")[0])
    others = [name for name in names if name not in sys.stdlib_module_names]
    before = set(others[: others.index("takht")])
    assert before <= {"pydantic", "threadpoolctl", "typer", "yaml"}  # none of them imports NumPy
