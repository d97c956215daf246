"""Train the denoiser on windows, watched by its error on validation windows."""

import sys
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from takht.cache.checkpoint import Checkpoint
from takht.core.arrays import Frames
from takht.core.randomness import rng_for
from takht.errors import TakhtError
from takht.generation.prior.denoiser import Denoiser, dct_matrix, estimate_linearly, fit_variances
from takht.generation.prior.network import initial_weights, residual
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining
from takht.generation.prior_training.windows import Windows

CHECKS = 8  # of the validation error; the best of them is kept
_WATCHED_SIGMAS = (0.5, 1.0, 2.0, 5.0)  # below, there is little to learn and much to overfit
_LOG_SIGMA_MEAN, _LOG_SIGMA_DEVIATION = -0.3, 1.3
_WARM_UP_STEPS = 50
_DECAY_FROM = 0.3  # of the steps: from there the learning rate falls as a cosine
_BETA_2, _LARGEST_GRADIENT = 0.98, 1.0
_MOST_AVERAGED = 0.995  # share of the weights' moving average that a step keeps


@dataclass(frozen=True)
class Known:
    """What is known of windows: composer (windows, composers) and style (windows, styles)."""

    composer: NDArray[np.float32]
    style: NDArray[np.float32]


def train_denoiser(
    train: tuple[Windows, Known],
    validation: tuple[Windows, Known],
    weights_of_latents: NDArray[np.float32],
    settings: DenoiserModel,
    size: DenoiserTraining,
    checkpoint: Checkpoint | None = None,
) -> tuple[Denoiser, pd.DataFrame]:
    """Return the denoiser of the check with the least validation error, and the learning curve.

    Errors of clean windows are over what the linear estimate leaves uncertain, and weighted by
    `weights_of_latents` (latents,). Columns: step, train_loss, validation_loss; 1 is the error of
    the linear estimate, which is the denoiser at step 0. From an opened checkpoint a training goes
    on where it was killed.

    Raises:
        TakhtError: an error is not a finite number.
    """
    checkpoint = checkpoint or Checkpoint()
    windows, known = train
    variances = fit_variances(windows.read_all())
    start = initial_weights(
        window_blocks=size.window_blocks,
        latents=windows.blocks.shape[1],
        composers=known.composer.shape[1],
        styles=known.style.shape[1],
        width=size.width,
        layers=size.layers,
        seed=settings.seed,
    )
    # a composer without windows keeps what it starts with: nothing, which is no composer's music
    start["composer/kernel"] *= known.composer.max(axis=0)[:, None]
    variables = {name: keras.Variable(value) for name, value in start.items()}
    averages = {name: tf.Variable(value, trainable=False) for name, value in start.items()}
    step, learnt = _make_step(
        variables, averages, variances, weights_of_latents, settings, size.max_steps
    )
    state = [*variables.values(), *averages.values(), *learnt]

    before = 0
    seen: list[float] = []
    if kept := checkpoint.load(state):
        (rows, least, before, seen), arrays = kept
        best = least, dict(zip(start, arrays, strict=True))
    else:
        first = validate_denoiser(Denoiser(variances, start), *validation, weights_of_latents)
        rows, best = [(0, np.nan, first)], (first, start)
    with tqdm(total=size.max_steps, initial=before, desc="prior", unit="step", disable=None) as bar:
        for done in range(before + 1, size.max_steps + 1):
            rng = rng_for(settings.seed, "step", done)
            if checkpoint.is_due():
                note = [rows, best[0], done - 1, seen]
                checkpoint.save(done - 1, note, state, list(best[1].values()))
            share = tf.constant(min(_MOST_AVERAGED, done / (done + 9)))
            seen.append(float(step(share, *_draw_batch(windows, known, settings, size, rng))))
            bar.update()
            if done % -(-size.max_steps // CHECKS) and done < size.max_steps:
                continue
            found = Denoiser(variances, {name: value.numpy() for name, value in averages.items()})
            loss = validate_denoiser(found, *validation, weights_of_latents)
            if not np.isfinite(loss):
                raise TakhtError(
                    f"train_prior: step {done}: validation error is {loss}, not a finite number; "
                    "lower generation.denoiser.learning_rate"
                )
            line = f"train_prior: step {done} of {size.max_steps}, validation error {loss:.3f}"
            bar.write(line, file=sys.stderr)  # a log has no bar
            rows.append((done, float(np.mean(seen)), loss))
            seen = []
            if loss < best[0]:
                best = loss, dict(found.weights)
    columns = ["step", "train_loss", "validation_loss"]
    return Denoiser(variances, best[1]), pd.DataFrame(rows, columns=columns)


def validate_denoiser(
    denoiser: Denoiser, windows: Windows, known: Known, weights_of_latents: NDArray[np.float32]
) -> float:
    """Return the error on windows over that of the linear estimate, mean of four noise levels."""
    dct = dct_matrix(denoiser.window_blocks)
    found = []
    for sigma in _WATCHED_SIGMAS:
        rng = rng_for(0, "validation", str(sigma))
        errors = np.zeros(2)
        for place in range(len(windows.starts)):
            clean = windows.read(np.array([place]))
            noisy = clean + np.float32(sigma) * rng.standard_normal(clean.shape, np.float32)
            linear, uncertain = estimate_linearly(noisy, sigma, denoiser.variances)
            estimate = denoiser.denoise(noisy, sigma, known.composer[place], known.style[place])
            scale = np.sqrt(weights_of_latents) / uncertain
            for number, each in enumerate((estimate, linear)):
                errors[number] += np.sum((scale * (dct @ (clean - each))) ** 2)
        found.append(errors[0] / errors[1])
    return float(np.mean(found))


def _draw_batch(
    windows: Windows, known: Known, settings: DenoiserModel, size: DenoiserTraining,
    rng: np.random.Generator,
) -> tuple[Frames, ...]:  # fmt: skip
    """Return clean windows, noise, its deviation (n, 1, 1), composers and styles."""
    count = size.batch_size
    places = rng.integers(len(windows.starts), size=count)
    clean = windows.read(places)
    noise = rng.standard_normal(clean.shape, np.float32)
    sigma = np.exp(rng.normal(_LOG_SIGMA_MEAN, _LOG_SIGMA_DEVIATION, (count, 1, 1)))
    named = (rng.random((count, 1)) >= settings.unconditional_share).astype(np.float32)
    style = known.style[places]
    style = style + np.float32(settings.style_noise) * rng.standard_normal(style.shape, np.float32)
    return clean, noise, sigma.astype(np.float32), named * known.composer[places], named * style


def _make_step(
    variables: dict[str, Any],
    averages: dict[str, Any],
    variances: NDArray[np.float32],
    weights_of_latents: NDArray[np.float32],
    settings: DenoiserModel,
    steps: int,
) -> tuple[Any, list[Any]]:
    """Return a function that takes a training step, averages the weights and returns the loss.

    The variables of its optimizer and of its dropout come with it.
    """
    weights = list(variables.values())
    optimizer = keras.optimizers.AdamW(
        _Schedule(settings.learning_rate, steps),
        beta_2=_BETA_2,
        weight_decay=settings.weight_decay,
        global_clipnorm=_LARGEST_GRADIENT,
    )
    optimizer.build(weights)
    dct = dct_matrix(len(variances))
    dropout = keras.layers.Dropout(settings.dropout, seed=settings.seed)

    @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(kept: Any, clean: Any, noise: Any, sigma: Any, composer: Any, style: Any) -> Any:
        noisy = clean + sigma * noise
        share = variances / (variances + sigma**2)
        linear = dct.T @ (share * (dct @ noisy))
        wanted = dct @ (clean - linear) / (sigma * tf.sqrt(share))
        blocks = tf.concat([noisy / tf.sqrt(1 + sigma**2), linear], axis=-1)
        with tf.GradientTape() as tape:
            added = residual(
                keras.ops, variables, blocks, tf.math.log(sigma[:, 0]), composer, style,
                lambda x: dropout(x, training=True),
            )  # fmt: skip
            loss = tf.reduce_mean(weights_of_latents * tf.square(wanted - dct @ added))
        gradients = tape.gradient(loss, weights)
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        for name, average in averages.items():
            average.assign_add((1 - kept) * (variables[name] - average))
        return loss / tf.reduce_mean(weights_of_latents * tf.square(wanted))

    return step, [*optimizer.variables, *dropout.variables]


class _Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A short warm-up, a plateau, and a cosine down to 0."""

    def __init__(self, highest: float, steps: int) -> None:
        self.highest, self.steps = highest, max(steps, 1)

    def __call__(self, step: Any) -> Any:
        done = tf.cast(step, tf.float32)
        falling = tf.clip_by_value(done / self.steps - _DECAY_FROM, 0, 1) / (1 - _DECAY_FROM)
        warm = tf.minimum(1.0, (done + 1) / _WARM_UP_STEPS)
        return self.highest * warm * 0.5 * (1 + tf.cos(np.pi * falling))

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same schedule again."""
        return {"highest": self.highest, "steps": self.steps}
