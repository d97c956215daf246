"""takht predict names nobody for sounds that are no music, and somebody for music that it knows."""

import json
import sys
from pathlib import Path

import models
import numpy as np
import pandas as pd
import pytest
import soundfile
from feature_folders import write_recording
from melodies import RATE_HZ, melody
from pipeline import PARAMS
from strange_sounds import strange_sounds

from takht.cli.main import main
from takht.core import model_files
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.dataset.window_selection import select_side
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.inference.decoded_recording import decode_recording
from takht.inference.features import read_recipe
from takht.preparation.settings import NormalizeSettings
from takht.training.confidence import fit_confidence
from takht.training.experiments import Experiment, Training
from takht.training.fit import fit_classifier

SIDES = ("train", "train", "train", "validation", "train", "train", "test")
SHAPE = WindowSize(frames=108, step_frames=43)
TRAINING = Training(
    **(PARAMS["scales"]["demo"]["training"] | {"max_steps": 20, "width": 0.03125, "threads": 1})
)
MODELS = {"best": "statistics", "mfcc_even": "mfcc", "mel_even": "mel"}
# Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """A folder of melodies by three composers of a timbre each, and their split."""
    root = tmp_path_factory.mktemp("music")
    rows = []
    for number, composer in enumerate(("dull", "plain", "sharp")):
        for place, side in enumerate(SIDES):
            wave = melody(10 * number + place, 15.0).astype(np.float64)
            timbre = {"dull": [1, 1, 1, 1], "plain": [1], "sharp": [1, -0.9]}[composer]
            wave = np.convolve(wave, timbre, "same")
            path = root / composer / f"{place}.wav"
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, 0.3 * wave / np.abs(wave).max(), RATE_HZ)
            rows.append((f"{composer}/{place}", composer, composer, side))
    return root, pd.DataFrame(rows, columns=["recording", "composer", "label", "side"])


def train(name: str, music: tuple[Path, pd.DataFrame], folder: Path) -> None:
    """Train an experiment of params.yaml, small, on the features of the music."""
    root, split = music
    settings = models.SETTINGS[MODELS[name]]
    recipe = read_recipe(settings, folder)
    normalize = NormalizeSettings(**models.PREPARATION["normalize"])
    rows = {}
    for recording in split["recording"]:
        with decode_recording(root / f"{recording}.wav", RATE_HZ, normalize) as sound:
            frames = recipe.compute(sound.read(0, sound.samples)).astype(recipe.dtype)
        found = write_recording(folder, recording, [FeaturePiece(0, 0, 0.0, frames)], recipe.dtype)
        rows |= dict([found])
    write_index(folder, rows, settings)
    features, experiment = FeatureFolder(folder), Experiment.parse(PARAMS["experiments"][name])
    windows = features.windows(SHAPE)
    learnt, validation = (select_side(windows, split, side) for side in ("train", "validation"))
    labels = {each: each for each in sorted(set(split["composer"]))}
    model, _ = fit_classifier(experiment, SHAPE, TRAINING, features, learnt, validation, labels)
    model = fit_confidence(model, features, learnt, validation, split)
    (folder / "models" / name).mkdir(parents=True)
    model.save(folder / "models" / name)
    card = model.card.model_copy(update={"preparation": models.PREPARATION})
    model_files.write_card(card, folder / "models" / name)


@pytest.mark.parametrize("name", MODELS)
def test_strange_sounds_are_unknown_and_known_music_is_not(
    tmp_path, music, name, monkeypatch, capsys
):
    train(name, music, tmp_path / name)
    for sound, wave in strange_sounds().items():
        (tmp_path / "sounds").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "sounds" / f"{sound}.wav", wave, RATE_HZ)
    root, split = music
    tested = [str(root / f"{each}.wav") for each in split["recording"][split["side"] == "test"]]
    words = ["--json", "--models", str(tmp_path / name / "models"), "--model", name]
    argv = ["takht", "predict", str(tmp_path / "sounds"), *tested, *words]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    found = json.loads(capsys.readouterr().out)
    composers = {
        Path(each["file"]).relative_to(root).as_posix()
        if each["file"] in tested
        else Path(each["file"]).stem: each["decision"]["composer"]
        for each in found["recordings"]
    }
    strange = {name: composers[name] for name in strange_sounds()}
    assert strange == dict.fromkeys(strange)
    known = [composers[Path(each).relative_to(root).as_posix()] for each in tested]
    assert len(known) == 3
    assert sum(each is not None for each in known) >= 2
    assert found["model"]["training_recordings"] == 15
