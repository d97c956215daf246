"""One thread for matrix products: the order of their sums depends on how many threads share them.

Every stage depends on this module, because it acts through plumbing, which none declares.
"""

from threadpoolctl import threadpool_limits


def one_blas_thread() -> threadpool_limits:
    """Return a context in which BLAS and OpenMP use one thread in the whole process."""
    return threadpool_limits(1)
