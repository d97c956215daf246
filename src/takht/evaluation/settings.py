"""The sections of params.yaml that the checks read."""

from typing import ClassVar

from pydantic import Field

from takht.runtime.params import Section, Seed


class Crossval(Section):
    """How the cross-validation deals its folds."""

    at: ClassVar[str] = "crossval"
    folds: int = Field(ge=2, le=20, description="each recording is tested once a repeat")
    repeats: int = Field(ge=1, le=100, description="fresh partitions")
    network_repeats: int = Field(ge=1, le=100, description="the same for networks, which cost more")
    max_steps: int = Field(ge=1, description="of a network's run in a fold")
    seed: Seed


class SanityChecks(Section):
    """What a classifier must not be able to do, and what it should."""

    at: ClassVar[str] = "sanity_checks"
    max_steps: int = Field(ge=1, description="of a network's run")
    unknown_composers: int = Field(ge=1, le=100, description="left out of training, then met")
    seed: Seed
