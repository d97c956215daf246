"""Frequency masks: a band of a window set to silence (Park et al. 2019, SpecAugment)."""

import numpy as np
import pandas as pd

from takht.core.randomness import rng_for
from takht.errors import TakhtError


def add_masked_copies(
    rows: pd.DataFrame, *, unit: str, bands: int, mask_bands: int, seed: int
) -> pd.DataFrame:
    """Return the windows and, after them, each once more with a mask of up to `mask_bands` bands.

    Raises:
        TakhtError: the features are not levels in dB, or have fewer bands than the widest mask.
    """
    if unit != "dB":
        raise TakhtError(
            f"masked_copies: only levels in dB have a silence to mask with, got {unit!r}; "
            "set masked_copies: 0 or features: mel"
        )
    if mask_bands > bands:
        raise TakhtError(
            f"training.mask_bands: at most as many as the features have ({bands}), "
            f"got {mask_bands}; lower it"
        )
    copies = draw_masks(rows, bands=bands, mask_bands=mask_bands, seed=seed)
    return pd.concat([rows.assign(mask_first=0, mask_width=0), copies], ignore_index=True)


def draw_masks(rows: pd.DataFrame, *, bands: int, mask_bands: int, seed: int) -> pd.DataFrame:
    """Return the windows with a mask each: mask_width 1 to `mask_bands` bands from mask_first on.

    A mask is drawn from the seed and its window's name; all widths, then all places, are as likely.
    """
    masks = []
    for recording, copy, first in zip(
        rows["recording"], rows["copy"], rows["first_frame"], strict=True
    ):
        rng = rng_for(seed, recording, int(copy), int(first), "mask")
        width = int(rng.integers(1, mask_bands, endpoint=True))
        masks.append((int(rng.integers(0, bands - width, endpoint=True)), width))
    mask_first, mask_width = np.array(masks).T
    return rows.assign(mask_first=mask_first, mask_width=mask_width)
