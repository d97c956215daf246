"""The surroundings of a run: what libraries read from them is set here, and nowhere else.

Variables and files of a user that steer NumPy, TensorFlow, matplotlib and their kin would change
results from one machine, or one shell, to the next. Libraries read them as they are imported, so
this comes first, in stages and commands; their workers inherit it.
"""

import logging
import os
import sys
import time
import warnings
from functools import cache

from takht.core.cpu import AVX2_ONLY, pin_to_avx2
from takht.errors import TakhtError

# Variables whose names begin so are removed.
_READ_BY_LIBRARIES = (
    *("OMP_", "GOMP_", "KMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_"),  # matrix products
    *("NPY_", "NUMPY_", "SCIPY_", "PANDAS_", "SKLEARN_", "NUMBA_", "HDF5_"),
    *("TF_", "XLA_", "ONEDNN_", "DNNL_", "KERAS_", "CUBLAS_", "CUDNN_", "NVIDIA_TF32"),
    *("LIBROSA_", "EAGER_IMPORT", "SOXR_", "LOKY_", "JOBLIB_MULTIPROCESSING", "JOBLIB_START"),
    *("MATPLOTLIB", "MPL", "PILLOW_", "SOURCE_DATE_EPOCH"),  # pictures
    *("IMAGEIO_", "FFREPORT", "FFMPEG_", "AV_LOG_"),  # decoding; TAKHT_FFMPEG chooses a decoder
)
# These say where files may lie, how they are locked, or which machines there are.
_KEPT = {"TF_CONFIG", "MPLCONFIGDIR", "NUMBA_CACHE_DIR", "HDF5_USE_FILE_LOCKING"}
_SET = {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": os.devnull,  # else ~/.keras/keras.json counts
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",  # with more, sums come in another order; and starting takes longer
    "PYTHONWARNINGS": "ignore",  # of workers; below, of this process
    "TF_CPP_MIN_LOG_LEVEL": "2",  # below, nothing of use is said
    "TZ": "UTC",
}


@cache
def set_environment() -> None:
    """Set or remove, once, every variable that a library reads; then import NumPy.

    Warnings of libraries are for their developers: TAKHT_DEBUG=1 shows them.
    """
    for name, value in list(os.environ.items()):
        # A worker may have NumPy already, and SciPy not yet: what holds both to AVX2 stays.
        kept = name in _KEPT or AVX2_ONLY.get(name) == value
        if name.startswith(_READ_BY_LIBRARIES) and not kept:
            del os.environ[name]
    os.environ |= _SET
    time.tzset()
    if os.environ.get("TAKHT_DEBUG") != "1":
        warnings.simplefilter("ignore")
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
    pin_to_avx2()


def require_sound_start() -> None:
    """Raise TakhtError where Python started with what cannot be changed from within."""
    if sys.getfilesystemencoding() != "utf-8":
        raise TakhtError(
            f"LC_ALL: names of files need UTF-8, got {sys.getfilesystemencoding()!r}; "
            "unset it, or set PYTHONUTF8=1"
        )
    if "hwcaps" in (tuned := os.environ.get("GLIBC_TUNABLES", "")):
        raise TakhtError(f"GLIBC_TUNABLES: hwcaps change results, got {tuned!r}; unset it")
