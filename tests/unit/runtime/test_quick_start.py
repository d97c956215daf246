"""What NumPy and SciPy leave out as a stage starts, and that all else works as ever."""

import subprocess
import sys

CODE = """
import sys
import takht.stage
import scipy.fft
print("numpy.f2py.crackfortran" in sys.modules, "unittest" in sys.modules)
import numpy as np
from numpy.testing import assert_allclose
assert_allclose(np.polynomial.Polynomial([1, 2])(3), 7)
print(np.ma.masked_greater([1, 5], 2).sum())
"""


UNDESCRIBED = """
import inspect, sys
import takht.stage
inspect.getmodule(compile("", "", "exec"))  # looks at all modules
import scipy.fft, scipy.stats
from scipy._lib import _docscrape
print("Parameters" in str(scipy.fft.rfft.__doc__), _docscrape is sys.modules[_docscrape.__name__])
print(scipy.fft.rfft([1, 1]).real.tolist(), scipy.stats.rankdata([3, 1, 2]).tolist())
print(scipy.stats.ttest_rel([1, 2, 4], [1, 2, 4.5]).statistic.round(3), scipy.stats.norm.cdf(0))
"""

IN_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import takht.stage
import numpy as np
sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(8) as pool:
    print(set(pool.map(lambda _: float(np.median(np.ma.masked_greater([1, 5], 2))), range(64))))
"""


def test_scipy_starts_without_the_parts_of_numpy_that_it_only_names():
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["False False", "1"]


def test_scipy_works_without_reading_descriptions():
    argv = [sys.executable, "-W", "error", "-c", UNDESCRIBED]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        "False True",
        "[2.0, 0.0] [3.0, 1.0, 2.0]",
        "-1.0 0.5",
    ]


def test_threads_that_use_such_a_part_at_once_wait_for_its_import():
    argv = [sys.executable, "-c", IN_THREADS]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "{1.0}\n"
