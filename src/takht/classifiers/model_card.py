"""model.json: what a model folder says about itself, enough to rebuild and to judge the model."""

from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from takht.classifiers.calibration import UNCALIBRATED, Confidence
from takht.errors import TakhtError

_NAME = "model.json"


class ModelCard(BaseModel):
    """What every kind of model says; a kind adds what its own rebuilding needs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    kind: str
    composers: tuple[str, ...] = Field(min_length=2, description="in the order of probabilities")
    labels: tuple[str, ...] = Field(description="how the composers' names are shown")
    frames: int = Field(ge=1, le=10_000, description="length of a window")
    step_frames: int = Field(ge=1, le=10_000, description="from window to window")
    bands: int = Field(ge=1, le=4096, description="bands or coefficients of a frame")
    features: dict[str, Any] = Field(description="how the features were made")
    preparation: dict[str, Any] = Field(
        default={}, description="sections of params.yaml that came before the features"
    )
    parameters: int = Field(ge=0, description="numbers that training chose")
    mflop_per_window: float = Field(ge=0)
    training_windows: int = Field(ge=1, description="altered and masked copies included")
    experiment: dict[str, Any] = Field(description="the experiment's section of params.yaml")
    training: dict[str, Any] = Field(description="the scale's training section of params.yaml")
    confidence: Confidence = UNCALIBRATED
    libraries: dict[str, str] = Field(description="versions that trained it")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.labels) != len(self.composers):
            raise ValueError(f"{len(self.labels)} labels for {len(self.composers)} composers")
        return self


C = TypeVar("C", bound=BaseModel)


def write_card(card: ModelCard, folder: Path) -> None:
    """Write the card into a model folder."""
    (folder / _NAME).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_card(cls: type[C], folder: Path) -> C:
    """Return the card of a model folder, validated as `cls`.

    Raises:
        TakhtError: the card is not of this shape.
    """
    path = folder / _NAME
    try:
        return cls.model_validate_json(path.read_bytes())
    except ValidationError as error:
        faults = ", ".join(
            f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors()
        )
        raise TakhtError(
            f"{path}: not a model card of this version of takht ({faults}); train the experiment "
            "again or restore the folder with `dvc checkout`"
        ) from None
