"""A recording that is listened to gets the windows' probabilities that the stages would give it."""

import json
import shutil
from pathlib import Path

import models
import numpy as np
import pandas as pd
import pytest
import soundfile

from convert import AudioSettings, ConvertSettings, convert
from mel import mel
from mfcc import Mfcc, mfcc
from normalize import normalize
from segment import segment
from takht.classifiers import predictions
from takht.classifiers.classifier import Classifier
from takht.core import tables
from takht.dataset.feature_folder import open_array
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError
from takht.features.spectrograms.mel import MelSettings
from takht.inference.decoded_recording import UnusableRecording
from takht.inference.recording_classifier import RecordingClassifier
from takht.preparation.settings import NormalizeSettings, SegmentSettings
from window_statistics import window_statistics

# Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)


def write_recordings(folder: Path) -> list[str]:
    """Write a long quiet stereo mp3, a loud mono ogg at another rate, a short wav."""
    rng = np.random.default_rng(0)

    def melody(seconds: float, rate_hz: int, level: float) -> np.ndarray:
        now = np.arange(round(seconds * rate_hz)) / rate_hz
        pitch_hz = 220 * 2 ** (rng.integers(0, 24, round(seconds * 3) + 1) / 24)
        phase = np.cumsum(pitch_hz[(now * 3).astype(int)]) / rate_hz
        tone = np.sin(2 * np.pi * phase) * np.exp(-3 * (now * 3 % 1))
        noise = rng.standard_normal(len(now)) * (1 + np.sin(2 * np.pi * now / 17))
        return level * (0.7 * tone + 0.05 * noise)

    waves = {
        "أ/لحن.mp3": (np.stack([melody(53.0, 44_100, 0.05), melody(53.0, 44_100, 0.02)], 1), 44100),
        "أ/b.ogg": (melody(27.3, 32_000, 0.9), 32_000),
        "b/c.wav": (melody(7.7, models.RATE_HZ, 0.3), models.RATE_HZ),
    }
    for file, (wave, rate_hz) in waves.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / file, wave, rate_hz)
    return list(waves)


def build(here: Path, method: str) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Write recordings and, as the stages make them, their features in segments of 20 s."""
    files = write_recordings(here / "raw")
    rows = [{"recording": f.rsplit(".", 1)[0], "file": f, "seconds": 1} for f in files]
    tables.write_table(pd.DataFrame(rows), here / "catalogue.csv")
    level = NormalizeSettings.model_validate(models.PREPARATION["normalize"] | {"method": method})
    how = AudioSettings(sample_rate_hz=models.RATE_HZ), ConvertSettings(part_minutes=0.3)
    convert(*how, here / "raw", here / "catalogue.csv", here / "wav")
    normalize(level, here / "wav", here / "catalogue.csv", here / "gains.csv")
    cut = SegmentSettings.model_validate(models.PREPARATION["segment"])
    segment(cut, here / "wav", here / "gains.csv", here / "segments")
    window_statistics(here / "segments", here / "statistics")
    return rows, models.PREPARATION | {"normalize": level.model_dump()}


def agree(here: Path, model: Classifier, rows: list[dict[str, object]], tolerance: float) -> None:
    """Compare what a saved model hears in the recordings with what it says of stored features."""
    (here / "model").mkdir()
    model.save(here / "model")
    classifier, stored = (
        RecordingClassifier(here / "model"),
        FeatureFolder(here / model.card.features["kind"]),
    )
    assert model.card.features == stored.settings
    shape = WindowSize(frames=model.card.frames, step_frames=model.card.step_frames)
    every = stored.windows(shape).assign(composer="a")
    for row in rows:
        table = predictions.predict_windows(
            model, stored, every[every["recording"] == row["recording"]]
        )
        expected = predictions.probability_matrix(table, model.card.composers)
        assert len(expected) == 2 or expected.std(axis=0).max() > 0.01  # an order shows
        predicted = classifier.predict(here / "raw" / str(row["file"]))
        np.testing.assert_allclose(predicted.probabilities, expected, rtol=0, atol=tolerance)
        window = model.card.features.get("window_samples", model.card.frames * 1024)
        middles = table["start_seconds"] + window / models.RATE_HZ / 2
        np.testing.assert_allclose(predicted.middles_seconds, middles, rtol=0, atol=0.006)


@pytest.mark.parametrize("method", ["loudness", "peak"])
def test_statistics_are_those_that_evaluate_reads(tmp_path, monkeypatch, method):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    rows, preparation = build(tmp_path, method)
    windows = open_array(tmp_path / "statistics", "أ/لحن")
    model = models.discriminant(np.asarray(windows), preparation=preparation)
    agree(tmp_path, model, rows, tolerance=0)


@pytest.mark.slow  # TensorFlow
def test_spectrograms_and_mfccs_are_those_that_evaluate_reads(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    rows, _ = build(tmp_path, "loudness")
    shape = {name: models.SETTINGS["mel"][name] for name in ("n_fft", "hop_samples", "bands")}
    mel(MelSettings(**shape), tmp_path / "segments", tmp_path / "mel")
    mfcc(Mfcc(coefficients=20), tmp_path / "mel", tmp_path / "mfcc")
    for kind in ("mel", "mfcc"):
        # Networks add in another order in batches of another size: the last decimal may differ.
        agree(tmp_path, models.network(kind), rows, tolerance=1.001e-4)
        shutil.rmtree(tmp_path / "model")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    models.discriminant().save(folder)
    return RecordingClassifier(folder)


class TestUnheard:
    @pytest.mark.parametrize(
        ("wave", "reason"),
        [
            (np.zeros(0), "is empty, 0 s of audio; remove"),
            (np.zeros(99_999), "is silent, its mono mix peaks at -inf dBFS, below -70; remove"),
            (np.full(99_999, 1e-4), "is silent"),
            (np.full(99_999, np.nan), "NaN or infinite; export"),
            (np.r_[np.zeros(200_000), np.inf], "NaN or infinite"),
            (np.full(99_999, 20.0), "peaks at 26.0 dBFS, at most 12 are allowed; export"),
            (
                np.resize([0.5, -0.5], 44_100),
                "lasts 2.00 s, less than one window (5.02 s); use a longer",
            ),
            (np.array([0.5, -0.5]), "lasts 0.00 s, less than one window"),
        ],
    )
    def test_unusable_sound_is_refused_with_reason(self, classifier, tmp_path, wave, reason):
        soundfile.write(tmp_path / "x.wav", wave, models.RATE_HZ, subtype="FLOAT")
        with pytest.raises(UnusableRecording) as raised:
            classifier.predict(tmp_path / "x.wav")
        assert reason in str(raised.value)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "unreadable, is empty, 0 bytes; fetch"),
            (b"no music at all, but text", "unreadable, "),
            (b"#EXTM3U\n/etc/passwd\n", "unreadable, "),
        ],
    )
    def test_a_file_that_does_not_decode_is_refused(self, classifier, tmp_path, content, reason):
        (tmp_path / "x.mp3").write_bytes(content)
        with pytest.raises(UnusableRecording, match=reason):
            classifier.predict(tmp_path / "x.mp3")

    def test_nothing_is_left_in_the_temporary_folder(self, classifier, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        (tmp_path / "tmp").mkdir()
        soundfile.write(tmp_path / "x.wav", np.resize([0.1, -0.1], 200_000), models.RATE_HZ)
        classifier.predict(tmp_path / "x.wav")
        with pytest.raises(UnusableRecording):
            classifier.predict(tmp_path / "tmp")
        assert list((tmp_path / "tmp").iterdir()) == []


class TestModelFolder:
    def spoilt(self, folder: Path, **changes: object) -> Path:
        models.discriminant().save(folder)
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        (folder / "model.json").write_text(json.dumps(card | changes), encoding="utf-8")
        return folder

    def refusal(self, folder: Path) -> str:
        """The one line with which the folder is refused."""
        with pytest.raises(TakhtError) as raised:
            RecordingClassifier(folder)
        (line,) = str(raised.value).splitlines()
        assert line.startswith(str(folder))
        assert ";" in line  # and what to do
        return line

    def test_a_missing_model_names_those_that_are_there(self, tmp_path):
        for name in ("best", "baseline"):
            (tmp_path / name).mkdir()
            models.discriminant().save(tmp_path / name)
        assert "there are baseline, best; name another" in self.refusal(tmp_path / "bets")
        assert "there is none at all" in self.refusal(tmp_path / "nowhere/best")

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"preparation": {}}, "preparation: not as this version of takht writes it (normalize"),
            ({"preparation": {**models.PREPARATION, "x": 1}}, "x: Extra inputs"),
            ({"kind": "forest"}, "this version knows 'network' and 'discriminant', got 'forest'"),
            ({"new": 1, "labels": 3}, "not a model card of this version of takht (labels: "),
            ({"bands": 7}, "bands: 336 by its features, got 7; train"),
            ({"features": models.SETTINGS["statistics"] | {"kind": "chroma"}}, "features: "),
            ({"features": models.SETTINGS["statistics"] | {"hop_samples": 5}}, "other statistics"),
            ({"features": {**models.SETTINGS["statistics"], "sample_rate_hz": 8000}}, "16000"),
        ],
    )
    def test_a_card_of_another_version_is_refused_in_one_line(self, tmp_path, changes, reason):
        assert reason in self.refusal(self.spoilt(tmp_path, **changes))
