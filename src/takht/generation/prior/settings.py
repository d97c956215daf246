"""What fits the prior: sections of params.yaml."""

from typing import ClassVar

from pydantic import Field

from takht.runtime.params import Section


class PriorModel(Section):
    """The prior over mean spectra, styles and latents."""

    at: ClassVar[str] = "generation.prior"
    styles: int = Field(ge=1, le=1024, description="principal components of a clip's style")
    prior_strength_clips: float = Field(ge=0, description="weight of all composers' mean, clips")
    shrinkage: float = Field(ge=0, le=1, description="of the covariance to its diagonal")
    residual_noise: float = Field(gt=0, le=2, description="its amplitude: 1 as strong as in music")
    style_temperature: float = Field(ge=0, le=2, description="of draws of a style: 1 as learnt")
    compared_latents: int = Field(ge=1, le=1024, description="leading ones: blocks' likeness")
    neighbours: int = Field(ge=1, le=1000, description="whose successors may follow a block")


class PriorTraining(Section):
    """What fits the prior to a corpus."""

    at: ClassVar[str] = "scales.{scale}.generation.prior"
    clips_per_composer: int = Field(ge=1, description="evenly spread; the most")
