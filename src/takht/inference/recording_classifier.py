"""A trained model that is given recordings instead of features: what it says of each window."""

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from tqdm import tqdm

from takht.classifiers import classifier
from takht.classifiers.familiarity import Familiarity
from takht.classifiers.model_card import ModelCard
from takht.classifiers.predictions import predict_rounded
from takht.core.arrays import Frames
from takht.dataset.windows import limit_range
from takht.errors import TakhtError
from takht.inference.decoded_recording import DecodedRecording, UnusableRecording, decode_recording
from takht.inference.features import compute_as_stored, read_recipe, window_seconds
from takht.inference.log_odds import compute_log_odds
from takht.preparation.settings import NormalizeSettings, SegmentSettings
from takht.runtime.error_lines import list_faults

Probabilities = NDArray[np.float64]


class Preparation(BaseModel):
    """What happened to the recordings before the features, by `preparation` of the model card."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    normalize: NormalizeSettings
    segment: SegmentSettings


@dataclass(frozen=True)
class WindowPredictions:
    """What a model says of the windows of a recording `seconds` long, in order.

    `middles_seconds` are where the windows' middles lie, shape (windows,); `probabilities` have 4
    decimals, shape (windows, composers); `summaries` are what familiarity needs of each window,
    shape (windows, numbers).
    """

    seconds: float
    middles_seconds: NDArray[np.float64]
    probabilities: Probabilities
    summaries: NDArray[np.float32]


class RecordingClassifier:
    """A model folder at work: nothing but it is needed, no params.yaml and no data."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Raises:
            TakhtError: there is none, or this version of takht cannot use it.
        """
        if not (folder / "model.json").is_file():
            others = sorted(path.parent.name for path in folder.parent.glob("*/model.json"))
            there = f"there are {', '.join(others)}" if others else "there is none at all"
            raise TakhtError(
                f"{folder}: no model.json, in {folder.parent} {there}; name another with --model "
                f"or --models, train it with `dvc repro` or fetch it with `dvc pull {folder}`"
            )
        self._model = classifier.load_classifier(folder)
        self.card: ModelCard = self._model.card
        self.recipe = read_recipe(self.card.features, folder)
        self.familiarity: Familiarity | None = self._model.familiarity
        self._preparation = _preparation(self.card, folder)
        if self.recipe.columns != self.card.bands:
            raise TakhtError(
                f"{folder}: model.json: bands: {self.recipe.columns} by its features, got "
                f"{self.card.bands}; train the experiment again"
            )
        self._one_at_a_time = threading.Lock()  # a network has threads of its own

    @property
    def step_seconds(self) -> float:
        """From the start of a window to that of the next."""
        features = self.recipe
        return self.card.step_frames * features.hop_samples / features.sample_rate_hz

    @property
    def window_seconds(self) -> float:
        """How long a window is."""
        return window_seconds(self.recipe, self.card.frames)

    def predict(self, path: Path, *, bar: bool = False) -> WindowPredictions:
        """Return what the model says of the recording, in memory that its length does not change.

        Segment after segment; several threads may call it. `bar` shows progress on stderr.

        Raises:
            UnusableRecording: the file does not decode to sound, or to less than a window.
        """
        with self.open_recording(path, bar=bar) as sound:
            return self.predict_decoded(sound, bar=bar)

    def open_recording(
        self, path: Path, *, bar: bool = False
    ) -> AbstractContextManager[DecodedRecording]:
        """Return the recording, to be entered, at the rate and level of the model's corpus.

        Raises:
            UnusableRecording: the file does not decode to sound.
        """
        return decode_recording(
            path, self.recipe.sample_rate_hz, self._preparation.normalize, bar=bar
        )

    def segment_bounds(self, sound: DecodedRecording) -> list[tuple[int, int]]:
        """Return where each segment starts and how long it is, samples; no window crosses one."""
        return sound.segment_bounds(self._preparation.segment)

    def predict_decoded(self, sound: DecodedRecording, *, bar: bool = False) -> WindowPredictions:
        """Return what the model says of a recording that is open.

        Raises:
            UnusableRecording: it is shorter than a window.
        """
        shown = tqdm(
            self.segment_bounds(sound), desc="listen", unit="segment", disable=None if bar else True
        )
        parts = [self._predict_segment(sound, *piece) for piece in shown]
        middles, probabilities, summaries = map(np.concatenate, zip(*parts, strict=True))
        seconds = sound.samples / self.recipe.sample_rate_hz
        if not len(middles):
            raise UnusableRecording(
                f"lasts {seconds:.2f} s, less than one window ({self.window_seconds:.2f} s); use "
                "a longer one"
            )
        return WindowPredictions(seconds, middles, probabilities, summaries)

    def log_odds(self, windows: Frames, number: int) -> NDArray[np.float64]:
        """Return a composer's log-odds in windows (n, frames, bands), nats, shape (n,)."""
        with self._one_at_a_time:
            return compute_log_odds(self._model, windows, number)

    def _predict_segment(
        self, sound: DecodedRecording, start: int, samples: int
    ) -> tuple[NDArray[np.float64], Probabilities, NDArray[np.float32]]:
        """Return the middles (s), probabilities and summaries of a segment's windows."""
        windows = self.cut_windows(compute_as_stored(self.recipe, sound.read(start, samples)))
        with self._one_at_a_time:
            probabilities = predict_rounded(self._model, windows)
        first = start / self.recipe.sample_rate_hz + self.window_seconds / 2
        middles = first + np.arange(len(windows)) * np.float64(self.step_seconds)
        return middles, probabilities, self._model.summarize(windows)

    def cut_windows(self, frames: Frames) -> Frames:
        """Return the windows (windows, frames, bands) of a segment's features; none if too short.

        `frames` are as a feature folder gives them back, shape (frames, bands).
        """
        card = self.card
        if len(frames) < card.frames:
            return np.empty((0, card.frames, card.bands), np.float32)
        windows = sliding_window_view(frames, card.frames, axis=0)[:: card.step_frames]
        return limit_range(np.ascontiguousarray(windows.transpose(0, 2, 1)), self.recipe.unit)


def _preparation(card: ModelCard, folder: Path) -> Preparation:
    try:
        return Preparation.model_validate(card.preparation)
    except ValidationError as error:
        raise TakhtError(
            f"{folder}: model.json: preparation: not as this version of takht writes it "
            f"({list_faults(error)}); train the experiment again"
        ) from None
