"""A trained composer classifier, whatever its kind, and how to load one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from takht.classifiers.calibration import Confidence
from takht.classifiers.discriminant_classifier import DiscriminantClassifier
from takht.classifiers.familiarity import Familiarity
from takht.classifiers.model_card import ModelCard
from takht.core import model_files, tensorflow_setup
from takht.errors import TakhtError


class Classifier(Protocol):
    """What a kind of model must do; networks are one kind."""

    @property
    def card(self) -> ModelCard:
        """What the model says about itself."""

    @property
    def familiarity(self) -> Familiarity | None:
        """What tells known music from other sounds, once it is fitted."""

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each composer's probability, shape (n, composers); rows sum to 1.

        `windows` are features as `takht.dataset.windows` reads them, shape (n, frames, bands).
        """

    def summarize(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what familiarity needs of each window, shape (n, numbers)."""

    def with_confidence(
        self, confidence: Confidence, familiarity: Familiarity | None = None
    ) -> Self:
        """Return the classifier with another confidence and familiarity."""

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder; the same model always writes the same bytes."""


class _Kind(BaseModel):
    kind: str = Field(max_length=100)


def load_classifier(folder: Path) -> Classifier:
    """Return the classifier of a model folder, rebuilt by our own code from model.json.

    Nothing in the folder is executed: no pickle, no serialised layers.

    Raises:
        TakhtError: the folder holds no model that this version knows.
    """
    kind = model_files.read_card(_Kind, folder).kind
    if kind == "network":
        tensorflow_setup.import_tensorflow()  # it takes seconds, so not above
        from takht.classifiers.network_classifier import NetworkClassifier

        return NetworkClassifier.load(folder)
    if kind == "discriminant":
        return DiscriminantClassifier.load(folder)
    raise TakhtError(
        f"{folder}: model.json: kind: this version knows 'network' and 'discriminant', "
        f"got {kind!r}; train the experiment again or update takht"
    )


def require_same_features(card: ModelCard, settings: Mapping[str, Any], folder: Path) -> None:
    """Raise TakhtError unless the features of `folder` were made as those the model learnt from."""
    wrong = [
        f"{folder}: {key}: the model learnt from {card.features.get(key)!r:.100}, "
        f"got {settings.get(key)!r:.100}; run `dvc repro` so that both agree"
        for key in sorted(card.features.keys() | settings.keys())
        if card.features.get(key) != settings.get(key)
    ]
    if wrong:
        raise TakhtError("\n".join(wrong))
