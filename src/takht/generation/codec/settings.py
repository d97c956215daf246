"""What trains the models of music: sections of params.yaml."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter

from takht.runtime.params import Section, Seed


class VaeModel(Section):
    """One entry of `generation.models:`: what is learnt from which features."""

    at: ClassVar[str] = "generation.models.{experiment}"
    kind: str
    features: str = Field(pattern="^[a-z0-9_]+$", description="a folder of data/features")
    batch_size: int = Field(ge=1, le=4096)
    learning_rate: float = Field(gt=0, le=1)
    seed: Seed

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the kind of model that the values name."""
        if cls is not VaeModel:
            return cls.model_validate(values)
        return _MODEL.validate_python(values)  # type: ignore[return-value]


class StudyVaeModel(VaeModel):
    """The original study's convolutional VAE of windows of 5.94 s."""

    kind: Literal["study_vae"]


class LappedVaeModel(VaeModel):
    """The VAE of lapped blocks, which starts as their principal components."""

    kind: Literal["lapped_vae"]
    block_frames: int = Field(ge=4, le=512, multiple_of=4, description="length of a block")
    latents: int = Field(ge=1, le=1024, description="of a block")
    components: int = Field(ge=1, le=2048, description="principal components of a block it sees")
    spectrum_components: int = Field(ge=1, le=256, description="of a clip's mean spectrum it sees")
    low_frequency_weight: float = Field(ge=0, le=10, description="of errors below some 2 kHz")
    level_weight: float = Field(ge=0, le=10, description="of errors of all bands together")
    width: int = Field(ge=1, le=1024, description="channels of its convolutions")
    dropout: float = Field(ge=0, lt=1)
    sequence_blocks: int = Field(ge=3, le=4096, description="length of a training sequence")
    weight_decay: float = Field(ge=0, le=1, description="of what is added to the components")
    warm_up: float = Field(gt=0, le=1, description="share of the steps until KL counts fully")
    free_nats: float = Field(ge=0, le=10, description="KL of a latent that costs nothing")


class VaeTraining(Section):
    """What fits a model's training to a machine and a corpus."""

    at: ClassVar[str] = "scales.{scale}.generation.{experiment}"
    kind: str
    epochs: int = Field(ge=0, le=100_000)
    threads: int = Field(ge=1, le=256, description="TensorFlow's: the weights depend on it")

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the kind of training that the values name."""
        if cls is not VaeTraining:
            return cls.model_validate(values)
        return _TRAINING.validate_python(values)  # type: ignore[return-value]


class StudyVaeTraining(VaeTraining):
    """Sizes of the training of the study's VAE."""

    kind: Literal["study_vae"]
    width: float = Field(gt=0, le=4, description="filters of a convolution, times the original's")
    step_frames: int = Field(ge=1, le=10_000, description="from window to window")
    max_steps: int = Field(ge=1, description="of a run; its epochs share them equally")
    mixed_precision: bool = Field(description="float16 arithmetic, float32 weights: for GPUs")


class LappedVaeTraining(VaeTraining):
    """Sizes of the training of the lapped VAE, which is small and gains nothing from float16."""

    kind: Literal["lapped_vae"]


_MODEL: TypeAdapter[StudyVaeModel | LappedVaeModel] = TypeAdapter(
    Annotated[StudyVaeModel | LappedVaeModel, Field(discriminator="kind")]
)
_TRAINING: TypeAdapter[StudyVaeTraining | LappedVaeTraining] = TypeAdapter(
    Annotated[StudyVaeTraining | LappedVaeTraining, Field(discriminator="kind")]
)
