"""The card of a generation model: what every kind of model says about itself."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class GenerationCard(BaseModel):
    """What every kind of model says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    kind: str
    version: Literal[1] = 1
    features: dict[str, Any] = Field(description="how the spectrograms were made")
    model: dict[str, Any] = Field(description="its sections of params.yaml")
    training: dict[str, Any]
    parameters: int = Field(ge=0, le=10**12, description="numbers that training chose")
    libraries: dict[str, str] = Field(description="versions that trained it")
