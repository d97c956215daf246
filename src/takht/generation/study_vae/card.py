"""What the original's model says about itself, which is read before TensorFlow is imported."""

from typing import Literal

from pydantic import Field

from takht.generation.cards.generation_card import GenerationCard

BINS, WINDOW_FRAMES = 256, 512  # of a window, 5.94 s


class StudyVaeCard(GenerationCard):
    """What the original's model says about itself."""

    kind: Literal["original_vae"] = "original_vae"
    width: float = Field(gt=0, le=4)
    threads: int = Field(ge=1, le=256, description="TensorFlow's, at training")
    windows: int = Field(ge=1, description="trained on")
    validation_mse: float = Field(ge=0)
