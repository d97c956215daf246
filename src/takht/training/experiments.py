"""What an experiment is: the sections of params.yaml that train reads."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from takht.runtime.by_name import named_in
from takht.runtime.params import Section, Seed

STATISTICS = ("timbre", "intervals", "quarter_tone_steps", "onsets", "context")


class Experiment(Section):
    """One entry of `experiments:`: which features train which classifier, and how."""

    at: ClassVar[str] = "experiments.{experiment}"
    kind: str
    features: str = Field(pattern="^[a-z0-9_]+$", description="a folder of data/features")
    balance: Literal["uneven", "even"] = Field(description="even: capped as the scale says")
    seed: Seed

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the kind of experiment that the values name."""
        if cls is not Experiment:
            return cls.model_validate(values)
        return _EXPERIMENT.validate_python(values)  # type: ignore[return-value]


class NetworkExperiment(Experiment):
    """A network, trained by the window."""

    kind: Literal["network"]
    model: Annotated[str, named_in("networks")]
    masked_copies: int = Field(ge=0, le=1, description="frequency-masked copies of each window")
    batch_size: int = Field(ge=2, le=4096, description="windows a step")
    epochs: int = Field(ge=1, le=10_000)
    learning_rate: float = Field(gt=0, le=1)
    patience: int = Field(ge=1, le=10_000, description="epochs without a better validation loss")


class DiscriminantExperiment(Experiment):
    """A linear discriminant of window statistics."""

    kind: Literal["discriminant"]
    model: Annotated[str, named_in("discriminants")]
    statistics: list[Annotated[str, named_in("recipes", *STATISTICS)]] = Field(
        min_length=1, description="groups of statistics that it sees"
    )


_EXPERIMENT: TypeAdapter[NetworkExperiment | DiscriminantExperiment] = TypeAdapter(
    Annotated[NetworkExperiment | DiscriminantExperiment, Field(discriminator="kind")]
)


class Training(Section):
    """What fits experiments to a machine and a corpus; the same for all of them."""

    at: ClassVar[str] = "scales.{scale}.training"
    width: float = Field(gt=0, le=4, description="filters of a convolution, times the original's")
    recordings_per_composer: int = Field(ge=1, description="the most that even training uses")
    windows_per_recording: int = Field(ge=1, description="the most that even training uses")
    mask_bands: int = Field(ge=1, le=512, description="widest frequency mask, bands")
    max_steps: int = Field(ge=1, description="of a run; its epochs share them equally")
    threads: int = Field(ge=1, le=256, description="TensorFlow's: the weights depend on it")
    replicas: int = Field(
        ge=1, le=1024, description="copies of a network, a device each, on all machines together"
    )
    mixed_precision: bool = Field(description="float16 arithmetic, float32 weights: for GPUs")
    xla: bool = Field(description="compile the network, of one replica; slower on a CPU")

    @model_validator(mode="after")
    def _check_xla(self) -> Self:
        if self.xla and self.replicas > 1:
            raise ValueError(f"xla compiles for one device, and replicas is {self.replicas}")
        return self
