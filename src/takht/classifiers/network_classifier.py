"""A network as a classifier: its weights, its standardisation and its card."""

import warnings
from pathlib import Path
from typing import Annotated, Literal, Self

import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from takht.classifiers import networks
from takht.classifiers.calibration import Confidence
from takht.classifiers.familiarity import Familiarity, summarize_frames
from takht.classifiers.model_card import ModelCard
from takht.classifiers.standardisation import restore_standardisation
from takht.core import model_files, tensorflow_setup
from takht.runtime.by_name import named_in

_WEIGHTS = "weights.weights.h5"  # byte-stable; a .keras file holds a date
_LARGEST_WINDOW = 2**18  # frames x bands x width; ten times that of the original study
_BATCH = 64  # windows at a time, so that memory does not grow with their number


class NetworkCard(ModelCard):
    """What rebuilding a network needs beside its weights."""

    kind: Literal["network"] = "network"
    network: Annotated[str, named_in("networks")]
    width: float = Field(gt=0, le=4)
    threads: int = Field(ge=1, le=256, description="TensorFlow's, at training")
    mean: tuple[float, ...] = Field(description="of training windows, a number a band")
    std: tuple[Annotated[float, Field(gt=0)], ...]

    @model_validator(mode="after")
    def _check_bands(self) -> Self:
        if self.frames * self.bands * self.width > _LARGEST_WINDOW:
            raise ValueError("frames, bands and width that need more memory than there is")
        if not len(self.mean) == len(self.std) == self.bands:
            found = f"{len(self.mean)} and {len(self.std)}"
            raise ValueError(f"mean and std need {self.bands} numbers, got {found}")
        return self


class NetworkClassifier:
    """Gives windows as they are read to a network, standardised."""

    def __init__(
        self, card: NetworkCard, network: keras.Model, familiarity: Familiarity | None = None
    ) -> None:
        self.card = card
        self.familiarity = familiarity
        self._network = network
        self._standardisation = restore_standardisation(card.mean, card.std)

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each composer's probability, shape (n, composers); rows sum to 1.

        `windows` has shape (n, frames, bands).
        """
        chunks = [windows[start : start + _BATCH] for start in range(0, len(windows), _BATCH)]
        inputs = map(self._standardisation.apply, chunks)
        none = np.empty((0, len(self.card.composers)), np.float32)
        return np.concatenate([none, *map(self._network.predict_on_batch, inputs)])

    def summarize(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return mean and spread of each band over the frames of windows, shape (n, 2 bands)."""
        return summarize_frames(windows)

    def with_confidence(
        self, confidence: Confidence, familiarity: Familiarity | None = None
    ) -> Self:
        """Return the classifier with another confidence and familiarity."""
        card = self.card.model_copy(update={"confidence": confidence})
        return type(self)(card, self._network, familiarity)

    def save(self, folder: Path) -> None:
        """Write the weights, the familiarity and the card into an empty folder."""
        self._network.save_weights(folder / _WEIGHTS)
        if self.familiarity:
            self.familiarity.save(folder)
        model_files.write_card(self.card, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the classifier of a folder; TensorFlow gets as many threads as for training.

        It computes in float32, after a training in mixed precision too.

        Raises:
            TakhtError: card and weights do not agree.
        """
        card = model_files.read_card(NetworkCard, folder)
        held = model_files.require_weights(folder / _WEIGHTS)
        familiarity = Familiarity.load(folder, card, 2 * card.bands)
        tensorflow_setup.set_up(card.threads)
        with keras.StatelessScope(initialize_variables=False):  # shapes alone, no memory
            needed = _build(card).count_params()
        if needed > held:
            raise model_files.mismatch_error(folder, f"{needed} weights, {_WEIGHTS} holds {held}")
        network = _build(card)
        try:
            with warnings.catch_warnings(action="error", category=UserWarning):
                # a layer left without weights is no more than a warning to Keras
                network.load_weights(folder / _WEIGHTS)
        except (ValueError, OSError, UserWarning) as error:
            raise model_files.mismatch_error(folder, f"{_WEIGHTS}: {error}") from None
        return cls(card, network, familiarity)


def _build(card: NetworkCard) -> keras.Model:
    return networks.build_network(
        card.network,
        frames=card.frames,
        bands=card.bands,
        composers=len(card.composers),
        width=card.width,
    )
