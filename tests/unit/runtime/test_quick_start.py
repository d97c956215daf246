"""A stage's process starts without what hardly a stage uses, and has it where it does."""

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


def test_scipy_starts_without_the_parts_of_numpy_that_it_only_names():
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["False False", "1"]
