"""Hostile variables and configuration files of a user change no byte of what stages write."""

import copy
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_project
import yaml
from pipeline import PARAMS, ROOT

from takht.core.environment import require_sound_start
from takht.errors import TakhtError

HOSTILE = {
    # NumPy, OpenBLAS and their kin
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
    "NPY_ENABLE_CPU_FEATURES": "AVX512F",
    "NPY_PROMOTION_STATE": "legacy",
    "OPENBLAS_CORETYPE": "Sandybridge",
    "OPENBLAS_NUM_THREADS": "7",
    "OPENBLAS_VERBOSE": "2",
    "GOTO_NUM_THREADS": "5",
    "OMP_NUM_THREADS": "3",
    "OMP_DYNAMIC": "true",
    "MKL_CBWR": "COMPATIBLE",
    "SCIPY_ARRAY_API": "1",
    "PANDAS_FUTURE_INFER_STRING": "0",
    "SKLEARN_WORKING_MEMORY": "1",
    "SOXR_USE_SIMD": "0",
    "SOXR_COEF_INTERP": "1",
    "LIBROSA_CACHE_DIR": "cache",
    "EAGER_IMPORT": "1",
    "NUMBA_DISABLE_JIT": "1",
    "JOBLIB_MULTIPROCESSING": "0",
    "LOKY_MAX_CPU_COUNT": "1",
    # TensorFlow and Keras
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "0",
    "TF_NUM_INTRAOP_THREADS": "5",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    "TF_USE_LEGACY_KERAS": "1",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "DNNL_VERBOSE": "2",
    "KERAS_BACKEND": "jax",
    "KERAS_MAX_STEPS_PER_EPOCH": "1",
    "HDF5_DRIVER": "nonsense",
    # pictures
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "{home}/rc",
    "MATPLOTLIBRC": "{home}/rc/matplotlibrc",
    "SOURCE_DATE_EPOCH": "7",
    "PILLOW_BLOCK_SIZE": "4096",
    # decoding
    "IMAGEIO_FFMPEG_EXE": "/bin/false",
    "FFREPORT": "file=report.log",
    "AV_LOG_FORCE_COLOR": "1",
    # Python and the system
    "PYTHONHASHSEED": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "HOME": "{home}",
}
STAGES = [
    "catalogue.py raw catalogue.csv rejected.csv",
    "convert.py raw catalogue.csv wav",
    "normalize.py wav catalogue.csv gains.csv",
    "segment.py wav gains.csv segments",
    "mel.py scale=demo segments mel",
    "mfcc.py scale=demo mel mfcc",
    "window_statistics.py segments statistics",
    "near_duplicates.py segments near_duplicates.csv",
    "split.py catalogue.csv near_duplicates.csv split.csv",
    "plot_spectrograms.py segments mel mfcc split.csv pictures",
    "train.py scale=demo experiment=mfcc_even mfcc split.csv network curve.csv",
    "train.py scale=demo experiment=baseline statistics split.csv discriminant curve2.csv",
]


def write_user_files(here: Path) -> None:
    """Write the configuration files of a user whose taste differs, in the home and the project."""
    taste = "font.size: 22\naxes.facecolor: black\nsavefig.facecolor: red\nno.such.key: 1\n"
    for place in ("home/rc/matplotlibrc", "home/.config/matplotlib/matplotlibrc", "matplotlibrc"):
        (here / place).parent.mkdir(parents=True, exist_ok=True)
        (here / place).write_text(taste)
    (here / "home/.keras").mkdir()
    (here / "home/.keras/keras.json").write_text(
        '{"floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}'
    )


def run_stages(here: Path, environment: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the hash of each file that the stages write, and the lines that they print."""
    lines = []
    for words in STAGES:
        done = subprocess.run(
            [sys.executable, *f"{ROOT}/src/{words}".split()],
            cwd=here, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stderr)
        lines += done.stderr.splitlines()
    written = [*(path for path in here.rglob("*") if path.is_file())]
    kept = {
        str(path.relative_to(here)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in written
        if path.relative_to(here).parts[0] not in {"home", "store", "matplotlibrc"}
    }
    return kept, lines


@pytest.mark.slow
def test_hostile_variables_and_files_change_no_byte_and_print_nothing(tmp_path):
    values = copy.deepcopy(PARAMS)
    values["scales"]["demo"]["training"] |= {"max_steps": 3, "width": 0.03125, "threads": 1}
    plain = {"PATH": "/usr/bin:/bin", "TAKHT_STORE_GB": "0", "TAKHT_WORKERS": "2"}
    tiny_project.write_corpus(tmp_path / "raw", recordings=3)
    found = []
    for name in ("plain", "hostile"):
        here = tmp_path / name
        (here / "home").mkdir(parents=True)
        shutil.copytree(tmp_path / "raw", here / "raw")
        (here / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        environment = plain | {"HOME": str(here / "home")}
        if name == "hostile":
            write_user_files(here)
            environment |= {key: text.format(home=here / "home") for key, text in HOSTILE.items()}
        found.append(run_stages(here, environment))
    (expected, said), (written, said_then) = found
    assert len(expected) > 50
    assert written == expected
    assert said_then == said


@pytest.mark.parametrize(
    ("name", "value"), [("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-FMA"), ("LC_ALL", "")]
)
def test_what_acts_before_the_program_is_refused_in_one_line(monkeypatch, name, value):
    require_sound_start()
    if value:
        monkeypatch.setenv(name, value)
    else:
        monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    with pytest.raises(TakhtError, match=f"^{name}: .*; unset it"):
        require_sound_start()


def test_a_warning_of_a_library_is_not_shown():
    code = "import takht.stage, warnings; warnings.warn('developers', FutureWarning)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "default"}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    environment["TAKHT_DEBUG"] = "1"
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "developers" in done.stderr
