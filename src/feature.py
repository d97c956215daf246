"""feature: compute features of one's own, by the recipe that has their folder's name."""

from pathlib import Path
from typing import Any, ClassVar, Self

from takht.stage import run

from pydantic import ValidationError

from takht.errors import TakhtError
from takht.features.spectrograms.extraction import write_features
from takht.preparation.segment_folder import read_sample_rate_hz
from takht.runtime.by_name import load_by_name
from takht.runtime.error_lines import list_faults
from takht.runtime.params import Section


class FeatureSettings(Section):
    """What the recipe is given; it knows which settings it takes."""

    at: ClassVar[str] = "features.{feature}"
    values: dict[str, Any]

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the section that the values describe."""
        return cls(values=values)


def feature(settings: FeatureSettings, segment_dir: Path, out_dir: Path) -> None:
    own = load_by_name("recipes", out_dir.name).Recipe
    rate_hz = read_sample_rate_hz(segment_dir)
    if "hop_samples" not in own.model_fields:
        raise TakhtError(f"src/takht/recipes/{out_dir.name}.py: no hop_samples; add that field")
    try:
        recipe = own.at_rate(rate_hz, kind=out_dir.name, **settings.values)
    except ValidationError as error:
        place = f"params.yaml: features.{out_dir.name}"
        raise TakhtError(f"{place}: {list_faults(error)}; fix the value or the recipe") from None
    write_features(recipe, segment_dir, out_dir)


if __name__ == "__main__":
    run(feature)
