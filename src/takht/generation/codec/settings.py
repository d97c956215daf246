"""What fits the codec: a section of params.yaml."""

from typing import ClassVar

from pydantic import Field

from takht.runtime.params import Section


class CodecSettings(Section):
    """The codec, a lapped PCA."""

    at: ClassVar[str] = "generation.codec"
    block_frames: int = Field(ge=4, le=512, multiple_of=4, description="length of a block")
    latents: int = Field(ge=1, le=1024, description="principal components of a block")
    spectrum_components: int = Field(ge=1, le=256, description="of a clip's mean spectrum")
    low_frequency_weight: float = Field(ge=0, le=10, description="of errors below some 2 kHz")
    level_weight: float = Field(ge=0, le=10, description="of errors of all bins together")
