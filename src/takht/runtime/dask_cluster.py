"""Work on the workers of a Dask cluster that see the same files."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from takht.core import cpu
from takht.errors import TakhtError
from takht.runtime.code_hash import hash_package

Pair = TypeVar("Pair")
Result = TypeVar("Result")
_CONNECT_SECONDS = 10
_RETRIES = 3  # of work whose worker was lost
_INSTRUCTIONS = cpu.AVX2_ONLY.items()

_one_folder = threading.Lock()  # the working folder is the process's


def map_unordered(
    function: Callable[[Pair], Result], pairs: Sequence[Pair], address: str
) -> Iterator[Result]:
    """Yield the results as they are ready.

    Workers need the code of this process and its files at the same paths.

    Raises:
        TakhtError: the cluster cannot be reached, or a worker has other code, lacks the folder or
            would compute with other instructions.
    """
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise TakhtError(
            f"TAKHT_DASK: no scheduler at {address!r} ({error}); start one, or unset the variable "
            "to use this machine"
        ) from None
    with client:
        sys.stderr.write(f"cluster {address}, dashboard {client.dashboard_link}\n")
        run = _Elsewhere(function, Path.cwd(), hash_package())
        futures = client.map(run, pairs, pure=False, retries=_RETRIES)
        try:
            for future in as_completed(futures, loop=client.loop):
                yield future.result()
        except KilledWorker as error:
            raise TakhtError(
                f"TAKHT_DASK: workers were killed again and again ({error}); give them more memory"
            ) from None
        finally:
            client.cancel(futures, force=True)


class _Elsewhere:
    """A function of this process, to be called in another one on another machine."""

    def __init__(self, function: Callable[[Any], Any], folder: Path, code: str) -> None:
        self._function, self._folder, self._code = function, folder, code
        self._is_pinned = cpu.is_pinned()

    def __call__(self, pair: Any) -> Any:
        if hash_package() != self._code:
            raise TakhtError(
                "TAKHT_DASK: a worker has other code of takht than this working copy; start it "
                f"with PYTHONPATH={self._folder / 'src'}"
            )
        if cpu.is_pinned() != self._is_pinned:
            settings = " ".join(f"{name}='{value}'" for name, value in _INSTRUCTIONS)
            raise TakhtError(
                "TAKHT_DASK: a worker's NumPy uses other instructions than this run's, and would "
                f"round differently; start it with {settings}"
            )
        if not self._folder.is_dir():
            raise TakhtError(
                f"TAKHT_DASK: a worker does not see {self._folder}; share the folder at that path"
            )
        with _one_folder, contextlib.chdir(self._folder):
            return self._function(pair)
