"""Music out of noise: all windows of a piece are denoised together, step by step.

DPM-Solver++(2M), Lu et al. 2022, at the noise levels of Karras et al. 2022. Windows overlap by half
or more, and each step blends their estimates (MultiDiffusion, Bar-Tal et al. 2023), so that a piece
of any length has no seam.
"""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames

MOST_NOISE, LEAST_NOISE = 20.0, 0.05  # deviations; music has about 1
_CURVE = 5.0  # of the noise levels: higher spends more steps on little noise


def draw_blocks(
    denoise: Callable[[Frames, float], Frames], noise: Frames, window_blocks: int, steps: int
) -> NDArray[np.float32]:
    """Return blocks (blocks, latents) that `denoise` takes for music, made out of noise.

    `denoise` returns the estimate of windows (n, window_blocks, latents) with noise of a deviation.
    `noise` (blocks, latents) has variance 1 and at least `window_blocks` blocks.
    """
    sigmas = noise_levels(steps)
    noisy = np.float32(sigmas[0]) * noise
    before, last = noisy, 0.0
    for sigma, following in zip(sigmas, [*sigmas[1:], 0.0], strict=True):
        estimate = denoise_all(denoise, noisy, sigma, window_blocks)
        ahead = estimate
        if last and following:
            ratio = np.log(last / sigma) / np.log(sigma / following)  # of the last step to this one
            ahead = np.asarray(estimate + 0.5 / ratio * (estimate - before), np.float32)
        kept = np.float32(following / sigma)
        noisy = kept * noisy + (1 - kept) * ahead
        before, last = estimate, sigma
    return noisy


def recover_noise(
    denoise: Callable[[Frames, float], Frames],
    blocks: NDArray[np.float32],
    window_blocks: int,
    steps: int,
) -> Frames:
    """Return the noise out of which `draw_blocks` makes the blocks (blocks, latents), nearly.

    It takes the steps backwards, each by Euler's method: DDIM inversion, Song et al. 2021. The
    noise has about variance 1.
    """
    sigmas = noise_levels(steps)[::-1]
    noisy = blocks
    for sigma, following in itertools.pairwise(sigmas):
        kept = np.float32(following / sigma)
        estimate = denoise_all(denoise, noisy, sigma, window_blocks)
        noisy = kept * noisy + (1 - kept) * estimate
    return noisy / np.float32(sigmas[-1])


def noise_levels(steps: int) -> list[float]:
    """Return falling deviations of the noise, one a step."""
    ends = MOST_NOISE ** (1 / _CURVE), LEAST_NOISE ** (1 / _CURVE)
    return [float(level) for level in np.linspace(*ends, steps) ** _CURVE]


def denoise_all(
    denoise: Callable[[Frames, float], Frames], noisy: Frames, sigma: float, window_blocks: int
) -> NDArray[np.float32]:
    """Return the estimate of noisy blocks (blocks, latents): that of their windows, blended."""
    spare = len(noisy) - window_blocks
    count = 1 + -(-spare // (window_blocks // 2))
    starts = np.linspace(0, spare, count).round().astype(int)
    places = starts[:, None] + np.arange(window_blocks)
    ramp = np.arange(1, window_blocks + 1)
    weights = np.minimum(ramp, ramp[::-1]).astype(np.float32)[:, None]
    total, sums = np.zeros_like(noisy), np.zeros((len(noisy), 1), np.float32)
    for place, estimate in zip(places, denoise(noisy[places], sigma), strict=True):
        total[place] += weights * estimate
        sums[place] += weights
    return total / sums
