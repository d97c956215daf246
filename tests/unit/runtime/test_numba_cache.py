"""numba keeps one cache for all processes, which several at once may spoil: workers use none."""

import os
import subprocess
import sys

import pytest
from pipeline import ROOT

WORK = """
import takht.stage, sys
from functools import partial
import numpy as np
from takht.features.spectrograms.figures import draw_steps
from takht.features.statistics.summary import summarize_segment
from takht.runtime.parallel import map_ordered

waves = list(np.random.default_rng(1).normal(0, 0.1, (4, 150_000)).astype(np.float32))
work = partial(summarize_segment, sample_rate_hz=22_050)
print(*(len(each) for each in map_ordered(work, waves, label="work")))
"""
CQT = """
import librosa, numpy as np
print(librosa.feature.chroma_cqt(y=np.sin(np.arange(44_100) / 16).astype(np.float32)).shape)
"""


@pytest.mark.slow  # numba compiles
def test_workers_write_nothing_into_the_cache_that_librosa_reads_at_the_same_time(tmp_path):
    caches = {"work": tmp_path / "work", "cqt": tmp_path / "cqt"}
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", code],
            env=os.environ | {"NUMBA_CACHE_DIR": str(caches[name]), "TAKHT_WORKERS": "2"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, code in (("cqt", CQT), ("work", WORK))
    }
    said = {name: process.communicate()[0].strip() for name, process in running.items()}
    assert [process.returncode for process in running.values()] == [0, 0]
    assert said == {"work": "1 1 1 1", "cqt": "(12, 87)"}
    assert any(caches["cqt"].rglob("*.nbi"))  # where numba would write
    assert not caches["work"].exists()


def test_no_source_imports_what_compiles():
    names = ("librosa", "numba")
    sources = (ROOT / "src").rglob("*.py")
    lines = [line.split() for path in sources for line in path.read_text("utf-8").splitlines()]
    assert not [line for line in lines if line[:1] in (["import"], ["from"]) and line[1] in names]
