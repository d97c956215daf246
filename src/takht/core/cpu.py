"""Have processors agree: NumPy, OpenBLAS and oneDNN use AVX2 and nothing newer.

Wider vectors, which some processors have, add in another order, and so do other kernels; results
then differ in their last bits, and a network after some hundred steps in more than those. The
libraries choose when they are imported, so this comes before.
"""

import os
import platform
import sys
import warnings
from pathlib import Path

AVX2_ONLY = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}


def pin_to_avx2() -> None:
    """Set what the libraries read from the environment, and import NumPy.

    On x86 only. A program that has imported NumPy before keeps what that chose.
    """
    if "numpy" in sys.modules or platform.machine().lower() not in {"x86_64", "amd64"}:
        return
    if not _has_avx2():
        return
    os.environ |= AVX2_ONLY
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # of what this processor does not have
        import numpy  # noqa: F401


def is_pinned() -> bool:
    """Return whether NumPy of this process computes as `pin_to_avx2` has it."""
    import numpy as np

    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return set(AVX2_ONLY["NPY_DISABLE_CPU_FEATURES"].split()).isdisjoint(found)


def _has_avx2() -> bool:
    """Return whether kernels for AVX2 run here; False if unknown.

    OpenBLAS would take them on any processor, and end in an illegal instruction on an old one.
    """
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return {"avx2", "fma"} <= set(flags)
