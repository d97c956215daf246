"""window_statistics: sum up every window in 336 numbers, of timbre, melody and onsets."""

from pathlib import Path

from takht.stage import run

from takht.errors import TakhtError
from takht.features.spectrograms.extraction import write_features
from takht.features.statistics.recipe import StatisticsRecipe
from takht.features.statistics.summary import MIN_RATE_HZ
from takht.preparation.segment_folder import read_sample_rate_hz


def window_statistics(segment_dir: Path, out_dir: Path) -> None:
    rate_hz = read_sample_rate_hz(segment_dir)
    if rate_hz < MIN_RATE_HZ:
        raise TakhtError(
            "params.yaml: audio.sample_rate_hz: window statistics need at least "
            f"{MIN_RATE_HZ}, got {rate_hz}; raise it"
        )
    write_features(StatisticsRecipe.at_rate(rate_hz), segment_dir, out_dir)


if __name__ == "__main__":
    run(window_statistics)
