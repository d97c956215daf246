"""What fits the prior: sections of params.yaml."""

from typing import ClassVar

from pydantic import Field

from takht.runtime.params import Section, Seed


class PriorModel(Section):
    """The prior over mean spectra, styles and latents."""

    at: ClassVar[str] = "generation.prior"
    styles: int = Field(ge=1, le=1024, description="principal components of a clip's style")
    prior_strength_clips: float = Field(ge=0, description="weight of all composers' mean, clips")
    shrinkage: float = Field(ge=0, le=1, description="of the covariance to its diagonal")
    residual_noise: float = Field(gt=0, le=2, description="its amplitude: 1 as strong as in music")
    style_temperature: float = Field(ge=0, le=2, description="of draws of a style: 1 as learnt")


class DenoiserModel(Section):
    """The denoiser, and how it is trained."""

    at: ClassVar[str] = "generation.denoiser"
    guidance: float = Field(ge=1, le=20, description="of composer and style: 1 as learnt")
    temperature: float = Field(gt=0, le=2, description="of the first noise: 1 as in training")
    sampling_steps: int = Field(ge=3, le=1000, description="from noise to a piece")
    learning_rate: float = Field(gt=0, le=1)
    weight_decay: float = Field(ge=0, le=1)
    dropout: float = Field(ge=0, lt=1)
    unconditional_share: float = Field(
        ge=0, lt=1, description="of windows, trained without composer and style"
    )
    style_noise: float = Field(ge=0, le=10, description="added to styles, of their deviation")
    seed: Seed


class DenoiserTraining(Section):
    """Size and training of the denoiser."""

    at: ClassVar[str] = "scales.{scale}.generation.denoiser"
    window_blocks: int = Field(ge=4, le=1024, multiple_of=2, description="that it sees at once")
    width: int = Field(ge=32, le=4096, multiple_of=32, description="of a block inside it")
    layers: int = Field(ge=1, le=64)
    batch_size: int = Field(ge=1, le=4096, description="windows")
    max_steps: int = Field(ge=0, le=10_000_000, description="of batch_size windows")
    threads: int = Field(ge=1, le=256, description="TensorFlow's: the weights depend on it")
