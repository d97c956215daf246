"""What trains the models of music: sections of params.yaml."""

from typing import Any, ClassVar, Self

from pydantic import Field

from takht.runtime.params import Section, Seed


class VaeModel(Section):
    """One entry of `generation.models:`: what is learnt from which features."""

    at: ClassVar[str] = "generation.models.{experiment}"
    features: str = Field(pattern="^[a-z0-9_]+$", description="a folder of data/features")
    batch_size: int = Field(ge=1, le=4096)
    learning_rate: float = Field(gt=0, le=1)
    seed: Seed

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the kind of model that the values describe; only one has `block_frames`."""
        if cls is not VaeModel:
            return cls.model_validate(values)
        temporal = isinstance(values, dict) and "block_frames" in values
        kind: Any = LappedVaeModel if temporal else StudyVaeModel
        return kind.parse(values)  # type: ignore[no-any-return]


class StudyVaeModel(VaeModel):
    """The original study's convolutional VAE of windows of 5.94 s."""


class LappedVaeModel(VaeModel):
    """The VAE of lapped blocks, which starts as their principal components."""

    block_frames: int = Field(ge=4, le=512, multiple_of=4, description="length of a block")
    latents: int = Field(ge=1, le=1024, description="of a block")
    components: int = Field(ge=1, le=2048, description="principal components of a block it sees")
    colours: int = Field(ge=1, le=256, description="numbers of a clip's mean spectrum it sees")
    low_emphasis: float = Field(ge=0, le=10, description="of errors below some 2 kHz")
    level_emphasis: float = Field(ge=0, le=10, description="of errors of all bands together")
    width: int = Field(ge=1, le=1024, description="channels of its convolutions")
    dropout: float = Field(ge=0, lt=1)
    sequence_blocks: int = Field(ge=3, le=4096, description="length of a training sequence")
    weight_decay: float = Field(ge=0, le=1, description="of what is added to the components")
    warm_up: float = Field(gt=0, le=1, description="share of the steps until KL counts fully")
    free_nats: float = Field(ge=0, le=10, description="KL of a latent that costs nothing")


class PriorModel(Section):
    """The prior over colours, styles and latents."""

    at: ClassVar[str] = "generation.prior"
    styles: int = Field(ge=1, le=1024, description="principal components of a clip's style")
    pull_clips: float = Field(ge=0, description="clips' worth of a composer's pull to the others")
    shrinkage: float = Field(ge=0, le=1, description="of the covariance to its diagonal")
    texture: float = Field(gt=0, le=2, description="amplitude of textures: 1 as strong as in music")
    style_temperature: float = Field(ge=0, le=2, description="of draws of a style: 1 as learnt")
    compared_latents: int = Field(ge=1, le=1024, description="leading ones: blocks' likeness")
    neighbours: int = Field(ge=1, le=1000, description="whose successors may follow a block")


class PriorTraining(Section):
    """What fits the prior to a corpus."""

    at: ClassVar[str] = "scales.{scale}.generation.prior"
    clips_per_composer: int = Field(ge=1, description="evenly spread; the most")


class VaeTraining(Section):
    """What fits a model's training to a machine and a corpus."""

    at: ClassVar[str] = "scales.{scale}.generation.{experiment}"
    epochs: int = Field(ge=0, le=100_000)
    threads: int = Field(ge=1, le=256, description="TensorFlow's: the weights depend on it")

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the kind of training that the values describe; only the original has `width`."""
        if cls is not VaeTraining:
            return cls.model_validate(values)
        original = isinstance(values, dict) and "width" in values
        kind: Any = StudyVaeTraining if original else LappedVaeTraining
        return kind.parse(values)  # type: ignore[no-any-return]


class StudyVaeTraining(VaeTraining):
    """Sizes of the original's training."""

    width: float = Field(gt=0, le=4, description="filters of a convolution, times the original's")
    step_frames: int = Field(ge=1, le=10_000, description="from window to window")
    max_steps: int = Field(ge=1, description="of a run; its epochs share them equally")
    mixed_precision: bool = Field(description="float16 arithmetic, float32 weights: for GPUs")


class LappedVaeTraining(VaeTraining):
    """Sizes of the temporal model's training; it is small and gains nothing from float16."""
