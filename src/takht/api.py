"""Models and features in Python: what `from takht import …` gives.

The environment of a program is left alone, but for what holds NumPy, OpenBLAS and oneDNN to AVX2.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray

from takht.core import tables
from takht.core.arrays import Frames
from takht.core.threads import one_blas_thread
from takht.dataset.feature_folder import open_array, read_index, read_settings
from takht.errors import TakhtError as TakhtError
from takht.inference.decoded_recording import UnusableRecording
from takht.inference.prediction import Prediction as Prediction
from takht.inference.prediction import make_prediction
from takht.inference.recording_classifier import RecordingClassifier
from takht.inference.recording_classifier import WindowPredictions as WindowPredictions
from takht.inference.recording_paths import match_on_disk
from takht.text import names

Samples = NDArray[np.floating[Any]]
_MOST_CHANNELS = 32


class Classifier:
    """A trained model that is asked about recordings.

    >>> model = Classifier("models/best")
    >>> model.composers
    ('layla', 'zaki')
    >>> found = model.predict("song.wav")
    >>> found.decision.label, found.decision.candidates[0].probability
    ('ليلى المرجان', 0.8808)
    """

    def __init__(self, folder: str | Path) -> None:
        """Load the model of a folder such as `models/best`.

        Raises:
            TakhtError: the folder holds no model, or one that this version cannot use.
        """
        self._model = RecordingClassifier(Path(folder))

    @property
    def composers(self) -> tuple[str, ...]:
        """The composers' folders, in the order of probabilities."""
        return self._model.card.composers

    @property
    def labels(self) -> tuple[str, ...]:
        """The composers' names as people read them, in the same order."""
        return self._model.card.labels

    def predict(
        self, recording: str | Path | Samples, sample_rate_hz: float | None = None
    ) -> Prediction:
        """Return who composed a recording, and who is predicted from when to when.

        `recording` is a file, or samples in [-1, 1] of shape (samples,) or (samples, channels) and
        their rate. The answer is that of `takht predict`.

        Raises:
            TakhtError: it does not decode to sound, or to less than a window.

        >>> import soundfile
        >>> samples, rate_hz = soundfile.read("song.wav")
        >>> Classifier("models/best").predict(samples, rate_hz).seconds
        12.0
        """
        windows = self.predict_windows(recording, sample_rate_hz)
        model = self._model
        return make_prediction(
            _name(recording), windows, model.card, model.step_seconds, model.familiarity
        )

    def predict_windows(
        self, recording: str | Path | Samples, sample_rate_hz: float | None = None
    ) -> WindowPredictions:
        """Return the middles (s) and probabilities of a recording's windows, in order.

        Takes what `predict` takes. These probabilities are not calibrated: `predict` takes their
        mean at the temperature of the model.

        Raises:
            TakhtError: it does not decode to sound, or to less than a window.

        >>> Classifier("models/best").predict_windows("song.wav").probabilities.shape
        (4, 2)
        """
        with one_blas_thread(), _as_file(recording, sample_rate_hz) as path:
            try:
                return self._model.predict(path)
            except UnusableRecording as error:
                raise TakhtError(f"{names.escape(_name(recording))}: {error}") from None


@dataclass(frozen=True)
class Features:
    """The features of a folder: an array (frames, columns) for each recording, and their names.

    A frame of statistics is a window. Altered copies are left out.
    """

    arrays: dict[str, Frames]
    columns: tuple[str, ...]
    frame_seconds: float  # from frame to frame


def read_features(folder: str | Path) -> Features:
    """Return the features of a folder such as `data/features/statistics`.

    Raises:
        TakhtError: a file is not what the stage wrote.
        OSError: there is no such folder.

    >>> found = read_features("data/features/statistics")
    >>> found.columns[0], found.columns[-1], len(found.columns)
    ('timbre_0', 'context_71', 336)
    >>> {name: array.shape for name, array in found.arrays.items()}
    {'layla/song': (4, 336)}
    """
    where = Path(folder)
    settings, index = read_settings(where), read_index(where)
    own = index[index["copy"] == 0].groupby("recording", sort=False)["frames"].sum()
    arrays = {
        # Copy 0 stands first in the array of a recording.
        str(name): np.asarray(open_array(where, str(name))[:frames], np.float32)
        for name, frames in own.items()
    }
    widths = {array.shape[1] for array in arrays.values()}
    if len(widths) != 1:
        raise TakhtError(f"{where}: one number of columns, got {sorted(widths)}; run `dvc repro`")
    groups = settings.get("groups") or {str(settings.get("kind")): widths.pop()}
    columns = tuple(f"{group}_{n}" for group, count in groups.items() for n in range(count))
    return Features(arrays, columns, settings["hop_samples"] / settings["sample_rate_hz"])


def read_split(path: str | Path = "data/split.csv") -> pd.DataFrame:
    """Return the recordings, a row each: recording, composer, label, work, group and side.

    Raises:
        TakhtError: the file is no such table.
        OSError: there is no such file.

    >>> read_split().query("side == 'test'")["recording"].tolist()
    ['layla/song']
    """
    return tables.read_table(Path(path), {"group": "int64"})


def _name(recording: str | Path | Samples) -> str:
    return str(recording) if isinstance(recording, str | Path) else "array"


@contextmanager
def _as_file(recording: str | Path | Samples, sample_rate_hz: float | None) -> Iterator[Path]:
    """Yield a file of the recording: of samples a WAV, which goes at the end."""
    if isinstance(recording, str | Path):
        yield match_on_disk(Path(recording))
        return
    samples = np.asarray(recording)
    try:
        rate_hz = float(sample_rate_hz or 0)
    except (TypeError, ValueError):
        rate_hz = 0.0
    if (
        not rate_hz.is_integer()
        or not 1 <= rate_hz < 2**31
        or samples.ndim not in (1, 2)
        or samples.dtype.kind != "f"
    ):
        raise TakhtError(
            "samples: floats in [-1, 1] of shape (samples,) or (samples, channels) and "
            f"sample_rate_hz are needed, got {samples.dtype} of shape {samples.shape} and "
            f"{sample_rate_hz}; give both"
        )
    if samples.ndim == 2 and not 1 <= samples.shape[1] <= _MOST_CHANNELS:
        raise TakhtError(
            f"samples: 1 to {_MOST_CHANNELS} channels are needed, got shape {samples.shape}; "
            "transpose them, or add a channel"
        )
    with tempfile.TemporaryDirectory(prefix="takht-") as folder:
        path = Path(folder) / "array.wav"
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused as infinite
            samples = samples.astype(np.float32)
        soundfile.write(path, samples, int(rate_hz), subtype="FLOAT")
        yield path
