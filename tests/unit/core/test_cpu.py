"""Every stage and command computes with the same instructions, whatever the processor has more."""

import os
import subprocess
import sys

from pipeline import ROOT

from takht.core import cpu

FIRST = "import takht.stage; from takht.core.cpu import is_pinned; print(is_pinned())"


def printed_by(code, **variables):
    """What a new process prints that has `src` on its path and nothing set but the variables."""
    environment = {k: v for k, v in os.environ.items() if k not in cpu.AVX2_ONLY}
    environment |= {"PYTHONPATH": str(ROOT / "src")} | variables
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def test_who_imports_takht_first_is_held_back_without_a_warning():
    assert printed_by(FIRST) == "True"


def test_what_is_set_otherwise_is_set_right():
    code = f"{FIRST}; import os; print(os.environ['OPENBLAS_CORETYPE'])"
    assert printed_by(code, OPENBLAS_CORETYPE="Zen").split() == ["True", "Haswell"]


def test_matrix_products_take_one_thread():
    """More would add in another order, and make each start longer."""
    code = "import takht.stage, scipy.linalg, os; from threadpoolctl import threadpool_info; "
    code += "print(*{pool['num_threads'] for pool in threadpool_info()}); "
    code += "print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert printed_by(code, OPENBLAS_NUM_THREADS="7").split() == ["1", "1"]


def test_a_program_that_has_numpy_keeps_it():
    code = "import numpy, os, takht.stage; print('OPENBLAS_CORETYPE' in os.environ)"
    assert printed_by(code) == "False"


def test_without_avx2_nothing_is_asked_for(monkeypatch):
    monkeypatch.setattr(cpu, "_has_avx2", lambda: False)
    monkeypatch.delitem(sys.modules, "numpy")
    before = dict(os.environ)
    cpu.pin_to_avx2()
    assert dict(os.environ) == before


def test_importing_takht_changes_nothing():
    code = "import os, sys; before = dict(os.environ); import takht; "
    code += "print(dict(os.environ) == before and 'numpy' not in sys.modules)"
    assert printed_by(code) == "True"
