"""The original's VAE as a model folder: `encoder` and `decoder` weights, and a card."""

import warnings
from pathlib import Path
from typing import Self

import keras
import numpy as np
from numpy.typing import NDArray

from takht.core.model_files import mismatch_error, require_weights, write_card
from takht.generation.study_vae.card import StudyVaeCard
from takht.generation.study_vae.network import build_decoder, build_encoder

_SUFFIX = ".weights.h5"  # byte-stable; a .keras file holds a date
_BATCH = 8  # windows at a time, so that memory does not grow with their number


class StudyVae:
    """Windows of 5.94 s to 128 latents and back."""

    def __init__(self, card: StudyVaeCard, encoder: keras.Model, decoder: keras.Model) -> None:
        self.card = card
        self._encoder, self._decoder = encoder, decoder

    def encode(self, windows: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Return mean and log-variance, (n, 128) each, of windows (n, 256, 512) in [0, 1]."""
        parts = [
            self._encoder.predict_on_batch(windows[start : start + _BATCH, ..., None])
            for start in range(0, len(windows), _BATCH)
        ]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def decode(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return windows, shape (n, 256, 512), in [0, 1], of latents (n, 128)."""
        parts = [
            self._decoder.predict_on_batch(latents[start : start + _BATCH])[..., 0]
            for start in range(0, len(latents), _BATCH)
        ]
        return np.concatenate(parts)

    def reconstruct(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return windows (n, 256, 512) in [0, 1] after a pass through 128 latents."""
        return self.decode(self.encode(windows)[0])

    def save(self, folder: Path) -> None:
        """Write weights and card into an empty folder."""
        self._encoder.save_weights(folder / f"encoder{_SUFFIX}")
        self._decoder.save_weights(folder / f"decoder{_SUFFIX}")
        write_card(self.card, folder)

    @classmethod
    def load(cls, folder: Path, card: StudyVaeCard) -> Self:
        """Return the model of a folder.

        Raises:
            TakhtError: card and weights do not agree.
        """
        parts = {"encoder": build_encoder, "decoder": build_decoder}
        for name in parts:
            require_weights(folder / f"{name}{_SUFFIX}")
        networks = {name: build(card.width) for name, build in parts.items()}
        for name, network in networks.items():
            try:
                with warnings.catch_warnings(action="error", category=UserWarning):
                    # a layer left without weights is no more than a warning to Keras
                    network.load_weights(folder / f"{name}{_SUFFIX}")
            except (ValueError, OSError, UserWarning) as error:
                raise mismatch_error(folder, f"{name}: {error}") from None
        return cls(card, **networks)
