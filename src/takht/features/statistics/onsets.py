"""8 statistics of how strong a window's onsets are, in four bands, whatever their tempo.

Spectral flux in bands (Bello et al. 2005).
"""

import numpy as np

from takht.features.statistics.timbre import KINDS, Values


def summarize_onsets(values: Values) -> Values:
    """Return deviation, then mean, of the log rise in four bands, shape (8,).

    `values` are the window's frames as `timbre_statistics.frame_values` has them. A band is 32 of
    128 mel bands, its rise the mean of what they grow from one frame to the next, dB.
    """
    logs = np.log1p(values[:, -KINDS["rise"] :])
    return np.concatenate([logs.std(axis=0), logs.mean(axis=0)])
