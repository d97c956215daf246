"""model.json: what a model folder says about itself, enough to rebuild and to judge the model."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from takht.classifiers.calibration import UNCALIBRATED, Confidence


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
    parameters: int = Field(ge=0, le=10**12, description="numbers that training chose")
    mflop_per_window: float = Field(ge=0)
    training_windows: int = Field(ge=1, description="altered and masked copies included")
    training_recordings: int | None = Field(
        default=None, ge=1, description="None in models of before 0.2"
    )
    experiment: dict[str, Any] = Field(description="the experiment's section of params.yaml")
    training: dict[str, Any] = Field(description="the scale's training section of params.yaml")
    confidence: Confidence = UNCALIBRATED
    libraries: dict[str, str] = Field(description="versions that trained it")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.labels) != len(self.composers):
            raise ValueError(f"{len(self.labels)} labels for {len(self.composers)} composers")
        return self
