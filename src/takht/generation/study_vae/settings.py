"""What trains the original study's VAE: sections of params.yaml."""

from typing import ClassVar

from pydantic import Field

from takht.runtime.params import Section, Seed


class StudyVaeModel(Section):
    """The original study's convolutional VAE of windows of 5.94 s."""

    at: ClassVar[str] = "generation.study_vae"
    batch_size: int = Field(ge=1, le=4096)
    learning_rate: float = Field(gt=0, le=1)
    seed: Seed


class StudyVaeTraining(Section):
    """Sizes of the training of the study's VAE."""

    at: ClassVar[str] = "scales.{scale}.generation.study_vae"
    width: float = Field(gt=0, le=4, description="filters of a convolution, times the original's")
    step_frames: int = Field(ge=1, le=10_000, description="from window to window")
    epochs: int = Field(ge=0, le=100_000)
    max_steps: int = Field(ge=1, description="of a run; its epochs share them equally")
    threads: int = Field(ge=1, le=256, description="TensorFlow's: the weights depend on it")
    mixed_precision: bool = Field(description="float16 arithmetic, float32 weights: for GPUs")
