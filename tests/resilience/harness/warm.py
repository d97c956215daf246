"""Processes that start warm: forked from one that has imported the libraries, as slow as that is.

`Warm` answers on a socket. What it puts on a PATH under the name `python` sends it a command line,
folder, environment and its own three streams, and ends as the fork ended.
"""

import atexit
import contextlib
import functools
import importlib
import importlib.metadata
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

LIBRARIES = "numpy pandas scipy.signal scipy.fft soundfile soxr joblib pydantic yaml tqdm"
LIBRARIES += " imageio_ffmpeg threadpoolctl dvc.cli dvc.repo dvc.commands.repro dvc.stage.cache"
LIBRARIES += " sklearn.linear_model dvc_data.index dvc_data.hashfile.state dvc.fs pygit2"
# These take ten seconds, and start no thread before they compute, so that forks may use them.
LARGE = "tensorflow keras matplotlib.figure matplotlib.backends.backend_agg vl_convert"
SHIM = """#!{python} -IS
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
text = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(line, [len(text).to_bytes(8, "little")], [0, 1, 2])
line.sendall(text)
code = line.recv(1)
sys.exit(code[0] if code else 137)
"""


class Warm:
    """The process that is forked, and the folder whose `python` and `dvc` reach it."""

    def __init__(self, folder: Path, libraries: str = LIBRARIES) -> None:
        self.folder = folder
        folder.mkdir()
        address = str(folder / "socket")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen()
        for name in ("python", "dvc"):
            text = SHIM.format(python=os.path.realpath(sys.executable), address=address)
            if name == "dvc":
                text = text.replace("sys.argv[1:]", '["-m", "dvc", *sys.argv[1:]]')
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        # A program of its own: a fork of this one would wait for ever for the threads that, say,
        # TensorFlow has started here.
        words = [sys.executable, __file__, str(listener.fileno()), libraries]
        self.process = subprocess.Popen(words, pass_fds=[listener.fileno()])
        listener.close()

    def forks(self) -> list[psutil.Process]:
        """Return what was forked and what that started, and still runs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def is_stage(self, process: psutil.Process) -> bool:
        """Tell whether a fork is a stage that DVC started."""
        note = self.folder / f"{process.pid}.kind"
        return note.exists() and note.read_text() == "stage"

    def stop(self) -> None:
        """End it and all its forks."""
        for each in [*self.forks(), self.process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait()


def serve(listener: socket.socket, libraries: str) -> None:
    """Import, then fork for each that asks, for ever."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for forks
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a fork hears it when it works
    warm_up(libraries)
    while True:
        line, _ = listener.accept()
        if not os.fork():
            listener.close()
            try:
                answer(line)
            finally:
                os._exit(1)
        line.close()


def warm_up(libraries: str) -> None:
    """Import what stages and DVC import, and what they ask of the installed packages."""
    os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    for name in libraries.split():
        importlib.import_module(name)
    found = importlib.metadata.packages_distributions()
    importlib.metadata.packages_distributions = functools.cache(lambda: found)


def answer(line: socket.socket) -> None:
    """Be the process that was asked for, and tell its exit code."""
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    size, streams, _, _ = socket.recv_fds(line, 8, 3)
    text = b""
    while len(text) < int.from_bytes(size, "little"):
        part = line.recv(2**20)
        if not part:  # who asked was killed meanwhile
            return
        text += part
    argv, folder, environment = json.loads(text)
    # Its environment, by which one would know a stage, is not what /proc shows of a fork.
    kind = "stage" if "DVC_STAGE" in environment else argv[0]
    (Path(line.getsockname()).parent / f"{os.getpid()}.kind").write_text(kind)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = ended(functools.partial(run, argv))
    with contextlib.suppress(OSError):
        line.sendall(bytes([code % 256]))
    os._exit(code % 256)


def run(argv: list[str]) -> None:
    """Run `python SCRIPT WORDS` or `python -m MODULE WORDS` in this process."""
    sys.argv = argv
    if argv[0] == "-m":
        sys.argv = argv[1:]
        runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(Path(argv[0]).absolute().parent))
        runpy.run_path(argv[0], run_name="__main__")


def ended(work: Callable[[], None]) -> int:
    """Return the exit code that Python would have ended with, deaf to Ctrl-C from then on."""
    try:
        return exit_code(work)
    except KeyboardInterrupt as error:  # the work was done already
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stderr.flush()
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def exit_code(work: Callable[[], None]) -> int:
    """Return the exit code of the work, all streams flushed."""
    code = 0
    with contextlib.ExitStack() as stack:
        stack.callback(sys.stdout.flush)
        stack.callback(sys.stderr.flush)
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            work()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
            if isinstance(error.code, str):
                sys.stderr.write(error.code + "\n")
        except BaseException as error:  # noqa: BLE001 (Python itself would end here)
            sys.excepthook(type(error), error, error.__traceback__)
            code = 1
        atexit._run_exitfuncs()  # type: ignore[attr-defined]
    return code


@contextlib.contextmanager
def started(folder: Path, libraries: str = LIBRARIES) -> Iterator[Warm]:
    """Yield a warm process that ends with the block."""
    warm = Warm(folder, libraries)
    try:
        yield warm
    finally:
        warm.stop()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
