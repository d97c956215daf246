"""The sections of params.yaml that bring recordings to one level and cut them.

`train` puts them into the model card: with the settings of its features, they are what a model
needs to know of a recording it never met.
"""

from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from takht.runtime.params import Section


class NormalizeSettings(Section):
    """What is made equal in all recordings."""

    at: ClassVar[str] = "normalize"
    method: Literal["loudness", "peak"] = Field(description="what is made equal")
    target_lufs: float = Field(ge=-60, le=0, description="loudness of all recordings, LUFS")
    peak_dbfs: float = Field(ge=-30, le=0, description="no peak passes this, dBFS")


class SegmentSettings(Section):
    """How long the pieces are that features are made of, one by one."""

    at: ClassVar[str] = "segment"
    seconds: float = Field(ge=1, le=600, description="length of a segment, s")
    min_seconds: float = Field(ge=0, le=600, description="a shorter tail joins the one before, s")

    @field_validator("min_seconds")
    @classmethod
    def _check_tail(cls, value: float, info: ValidationInfo) -> float:
        if value > (seconds := info.data.get("seconds", value)):
            raise ValueError(f"at most segment.seconds ({seconds:g})")
        return value
