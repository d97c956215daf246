"""The same work on many recordings, on every core or on a cluster."""

import multiprocessing
import multiprocessing.resource_tracker
import os
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TypeVar

from tqdm import tqdm

from takht.core.threads import one_blas_thread
from takht.errors import TakhtError
from takht.runtime import interrupts, orphans
from takht.runtime.cores import count_cores

Item = TypeVar("Item")
Result = TypeVar("Result")
_ATTEMPTS = 3  # of work whose worker was killed
tqdm.monitor_interval = 0  # no thread that looks after bars, and warns where it cannot start


def count_workers() -> int:
    """Return how many processes to use: TAKHT_WORKERS, else one a core.

    An environment variable and not a parameter, because it cannot change a result.

    Raises:
        TakhtError: TAKHT_WORKERS is no such number.
    """
    asked = os.environ.get("TAKHT_WORKERS") or str(count_cores())
    if not asked.isdecimal() or int(asked) < 1:
        raise TakhtError(
            f"TAKHT_WORKERS: a whole number of at least 1, got {asked!r}; fix or unset it"
        )
    return int(asked)


def map_ordered(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    label: str,
    unit: str = "recording",
    threads: bool = False,
) -> list[Result]:
    """Return `function(item)` for every item, in the order of the items; see `map_unordered`."""
    results = dict(map_unordered(function, items, label=label, unit=unit, threads=threads))
    return [results[place] for place in range(len(items))]


def map_unordered(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    label: str,
    unit: str = "recording",
    threads: bool = False,
    cluster: bool = False,
) -> Generator[tuple[int, Result], None, None]:
    """Yield the place of an item and `function(item)`, as they are ready.

    In processes, or in threads for work that spends its time in NumPy, which lets go of Python's
    lock: they start at once. With `cluster`, on that of TAKHT_DASK, if it is set. The first
    exception ends the run; a worker that is killed costs another attempt.

    Raises:
        TakhtError: workers were killed again and again.
    """
    one = partial(_numbered, function)
    address = os.environ.get("TAKHT_DASK") if cluster else None
    # Around all of it too: the limit is the process's, and the first thread to end would lift it.
    with (
        one_blas_thread(),
        tqdm(total=len(items), desc=label, unit=unit, disable=None) as bar,
    ):
        pairs = list(enumerate(items))
        if address and pairs:
            from takht.runtime.dask_cluster import map_unordered  # half a second to import

            results = map_unordered(one, pairs, address)
        elif min(count_workers(), len(items)) <= 1:
            results = map(one, pairs)
        elif threads:
            results = _in_threads(one, pairs)
        else:
            results = _in_processes(one, pairs, label)
        for result in results:
            interrupts.raise_if_interrupted()
            bar.update()
            yield result


def _in_processes(
    one: Callable[[tuple[int, Item]], tuple[int, Result]], pairs: list[tuple[int, Item]], label: str
) -> Iterator[tuple[int, Result]]:
    from joblib.externals.loky import get_reusable_executor  # joblib takes a tenth of a second
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    left = dict(pairs)
    for _ in range(_ATTEMPTS):
        try:
            with _sound_end():
                for place, result in _in_workers(one, list(left.items())):
                    del left[place]
                    yield place, result
        except TerminatedWorkerError:
            continue
        except BaseException:
            # That of joblib: another one would first wait for all work in hand.
            try:
                get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)
            except RuntimeError:  # for want of memory its thread was never started
                for worker in multiprocessing.active_children():
                    worker.terminate()
            raise
        get_reusable_executor(reuse=True).shutdown(wait=True)  # joined: their CPU time is counted
        return
    raise TakhtError(
        f"{label}: a worker process was killed {_ATTEMPTS} times, usually because memory ran out; "
        "set TAKHT_WORKERS=1 and run again, what is finished is kept"
    )


def _in_threads(
    one: Callable[[tuple[int, Item]], tuple[int, Result]], pairs: list[tuple[int, Item]]
) -> Iterator[tuple[int, Result]]:
    pool = ThreadPoolExecutor(min(count_workers(), len(pairs)))
    try:
        for done in as_completed([pool.submit(one, pair) for pair in pairs]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _in_workers(
    one: Callable[[tuple[int, Item]], tuple[int, Result]], pairs: list[tuple[int, Item]]
) -> Iterator[tuple[int, Result]]:
    from joblib import Parallel, delayed  # as above

    # Not with the first piece of work: a worker may wait for that while its stage is killed.
    set_up = {"initializer": orphans.set_up_worker, "initargs": (os.getpid(),)}
    # Of what Ctrl-C or an error breaks off, one line of our own is enough.
    warnings.filterwarnings("ignore", ".*adjusting the input task iterator", UserWarning)
    count = min(count_workers(), len(pairs))
    parallel = Parallel(n_jobs=count, backend="loky", return_as="generator_unordered", **set_up)
    work = (delayed(one)(pair) for pair in pairs)
    with ExitStack() as stack:
        with _deaf_to_ctrl_c():  # the workers start here
            # Closed, joblib hands out no more work and ends its workers.
            results = stack.enter_context(closing(parallel(work)))
        yield from results


@contextmanager
def _sound_end() -> Iterator[None]:
    """End the run where loky's thread that hands out work fails: joblib would wait for ever."""
    usual = threading.excepthook

    def hook(ended: threading.ExceptHookArgs) -> None:
        if ended.thread is None or ended.thread.name != "ExecutorManagerThread":
            usual(ended)
        elif ended.exc_type is not KeyError:  # of work that has just been called off
            ended.thread.terminate_broken(ended.exc_value)  # type: ignore[attr-defined]

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = usual


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Put off Ctrl-C to the end of the block; a process that starts meanwhile does not hear it.

    A worker takes a second to start, and would print a traceback; half started, it would not end.
    """
    from joblib.externals.loky.backend import resource_tracker  # as above

    heard: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda *_: heard.append(1)) if in_main else None
    for tracker in (multiprocessing.resource_tracker, resource_tracker):
        tracker.ensure_running()  # later, their start would let Ctrl-C through
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # is inherited
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main:
            signal.signal(signal.SIGINT, handler)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _numbered(function: Callable[[Item], Result], pair: tuple[int, Item]) -> tuple[int, Result]:
    """Return `function(item)` with its number."""
    with one_blas_thread():
        return pair[0], function(pair[1])
