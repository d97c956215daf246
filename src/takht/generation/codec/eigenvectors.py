"""Leading eigenvectors of a covariance, in a sign that does not depend on the library."""

import numpy as np
import scipy.linalg
from numpy.typing import NDArray


def leading_eigenvectors(
    covariance: NDArray[np.floating], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the `count` greatest eigenvalues, falling, and their vectors, shape (n, count).

    A vector's largest entry is positive. Of fewer than `count` dimensions, all are returned.
    """
    size = len(covariance)
    count = min(count, size)
    values, vectors = scipy.linalg.eigh(covariance, subset_by_index=[size - count, size - 1])
    vectors = vectors[:, ::-1]
    largest = np.argmax(np.abs(vectors), axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(count)])
    return values[::-1].astype(np.float32), np.ascontiguousarray(vectors, dtype=np.float32)
