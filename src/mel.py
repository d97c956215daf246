"""mel: turn every segment into a log-mel spectrogram."""

from pathlib import Path

from takht.stage import run

from takht.features.spectrograms.extraction import write_features
from takht.features.spectrograms.mel import MelSettings
from takht.preparation.segment_folder import read_sample_rate_hz
from takht.recipes.mel import Recipe


def mel(settings: MelSettings, segment_dir: Path, out_dir: Path) -> None:
    rate_hz = read_sample_rate_hz(segment_dir)
    recipe = Recipe(sample_rate_hz=rate_hz, **settings.model_dump())
    write_features(recipe, segment_dir, out_dir, threads=True)


if __name__ == "__main__":
    run(mel)
