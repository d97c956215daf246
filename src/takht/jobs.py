"""The same work on many recordings, on every core."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from takht.errors import TakhtError

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers() -> int:
    """Return how many processes to use: TAKHT_WORKERS, else one a core.

    An environment variable and not a parameter, because it cannot change a result.

    Raises:
        TakhtError: TAKHT_WORKERS is no such number.
    """
    asked = os.environ.get("TAKHT_WORKERS") or str(os.cpu_count() or 1)
    if not asked.isdecimal() or int(asked) < 1:
        raise TakhtError(
            f"TAKHT_WORKERS: a whole number from 1 on, got {asked!r}; mend or unset it"
        )
    return int(asked)


def each(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    label: str,
    unit: str = "recording",
    threads: bool = False,
) -> list[Result]:
    """Return `function(item)` for every item, in the order of the items.

    In processes, or in threads for work that spends its time in NumPy, which lets go of Python's
    lock: they start at once. The first exception ends the run.
    """
    processes = min(workers(), len(items))
    one_thread = partial(_on_one_thread, function)
    # Around all of it too: the limit is the process's, and the first thread to end would lift it.
    with (
        threadpool_limits(1),
        tqdm(total=len(items), desc=label, unit=unit, disable=None) as bar,
    ):
        results = []
        if processes <= 1:
            calls = map(one_thread, items)
        else:
            backend = "threading" if threads else "loky"
            parallel = Parallel(n_jobs=processes, backend=backend, return_as="generator")
            calls = parallel(delayed(one_thread)(item) for item in items)
        for result in calls:
            results.append(result)
            bar.update()
    if processes > 1 and not threads:
        get_reusable_executor().shutdown(wait=True)  # joined, so that their CPU time is counted
    return results


def _on_one_thread(function: Callable[[Item], Result], item: Item) -> Result:
    """Return `function(item)` with one thread for matrix products.

    Their sums depend on how many threads share them, which the number of workers would decide.
    """
    with threadpool_limits(1):
        return function(item)
