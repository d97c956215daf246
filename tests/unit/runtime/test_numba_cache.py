"""numba keeps one cache for all processes, which several may spoil: nothing here uses it."""

import subprocess
import sys

from pipeline import ROOT

from takht.runtime.code_hash import list_imports

WORK = """
import takht.stage, sys
import numpy as np
from takht.features.spectrograms import figures
from takht.features.statistics.summary import summarize_segment

wave = np.random.default_rng(1).normal(0, 0.1, 150_000).astype(np.float32)
print(len(summarize_segment(wave, 22_050)), {"librosa", "numba"} & set(sys.modules))
"""


def test_a_stage_imports_nothing_that_compiles():
    ran = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert ran.stdout == "1 set()\n"


def test_no_source_imports_what_compiles():
    sources = (ROOT / "src").rglob("*.py")
    imported = {name.partition(".")[0] for path in sources for name in list_imports(path)}
    assert "numpy" in imported
    assert not imported & {"librosa", "numba"}
