"""What a step makes of windows as they are stored: held to 80 dB, masked and standardised.

The same float32 numbers as in NumPy: `FeatureFolder.read` and `Standardisation.apply`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from takht.classifiers.standardisation import Standardisation
from takht.core.arrays import TOP_DB


def limit_and_mask(windows: Any, masks: Any, unit: str) -> Any:
    """Return windows (n, frames, bands) of any float type as float32.

    Levels in dB are held to the 80 dB below each window's maximum. Masks (n, 2), first band and
    number of bands, are filled with silence, which lies there too. The original wrote 0 dB, which
    is the loudest value where the reference is the maximum. Other units stay as they are.
    """
    windows = tf.cast(windows, tf.float32)
    if unit != "dB":
        return windows
    floor = tf.reduce_max(windows, axis=(1, 2), keepdims=True) - TOP_DB
    first, width = (masks[:, None, None, column] for column in (0, 1))
    band = tf.range(windows.shape[-1])
    masked = (band >= first) & (band < first + width)
    return tf.where(masked, floor, tf.maximum(windows, floor))


@dataclass(frozen=True)
class NetworkInputs:
    """Unit and type of stored windows, and the standardisation that a network learns with."""

    unit: str
    dtype: np.dtype[Any]
    norm: Standardisation

    def prepare(self, windows: Any, masks: Any, mean: Any, std: Any) -> Any:
        """Return the network's inputs (n, frames, bands); mean and std (bands,) are the norm's.

        They are tensors: TensorFlow would turn division by constants into multiplication.
        """
        return (limit_and_mask(windows, masks, self.unit) - mean) / std
