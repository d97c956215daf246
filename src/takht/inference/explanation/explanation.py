"""The evidence for an answer: each band and time is turned down, and the model asked again."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import scipy.special
from numpy.typing import NDArray

from takht.classifiers.model_card import ModelCard
from takht.core.arrays import Waveform
from takht.core.randomness import rng_for
from takht.inference.decoded_recording import DecodedRecording
from takht.inference.explanation import occlusion
from takht.inference.explanation.altered_segment import open_segment
from takht.inference.explanation.occlusion import Band, Drops
from takht.inference.explanation.time_span import (
    SpanPiece,
    choose_span,
    cut_pieces,
    find_decisive_segment,
)
from takht.inference.prediction import (
    Candidate,
    Prediction,
    distinguish_label,
    make_prediction,
)
from takht.inference.recording_classifier import RecordingClassifier, WindowPredictions
from takht.runtime.parallel import map_ordered

_SHARE = 0.1  # of the cells, turned down together
_DRAWS = 5
_SEED = 1  # of the random cells


@dataclass(frozen=True)
class Check:
    """How far the log-odds fall when a tenth of the cells is turned down at once.

    The cells that count most by the map, and as many drawn at random (mean of 5 draws).
    """

    cells: int
    strongest_drop: float
    random_drop: float


@dataclass(frozen=True)
class Explanation:
    """The evidence in a span of a recording for `composer`, whose probability is of all of it.

    `log_odds` are of the composer against all others, nats, the mean of the span's windows. The
    others are how far they fall with less of a cell (bands, times), of a time in all bands, of a
    band throughout the span. Below 0, the part is evidence against the composer.
    """

    prediction: Prediction
    composer: Candidate
    log_odds: float
    bands: list[Band]
    edges_seconds: Drops
    cells: Drops
    times: Drops
    whole_bands: Drops
    check: Check
    wave: Waveform  # of the span
    sample_rate_hz: int


def explain(
    classifier: RecordingClassifier,
    path: Path,
    start_s: float | None = None,
    end_s: float | None = None,
    number: int | None = None,
    *,
    bar: bool = False,
) -> Explanation:
    """Return the evidence for a composer (by number) from start to end.

    Without a number it is the most probable composer, without start and end the segment of the
    recording that speaks most for them.

    Raises:
        UnusableRecording: the recording does not decode to sound, or to less than a window.
        TakhtError: there is no such span, or it is too long.
    """
    with classifier.open_recording(path, bar=bar) as sound:
        predicted = classifier.predict_decoded(sound, bar=bar)
        found = make_prediction(
            str(path), predicted, classifier.card, classifier.step_seconds, classifier.familiarity
        )
        composer = _guess(classifier.card, predicted, number)
        number = classifier.card.composers.index(composer.composer)
        rate_hz = sound.sample_rate_hz
        bounds = classifier.segment_bounds(sound)
        segments = [(first / rate_hz, count / rate_hz) for first, count in bounds]
        if start_s is None and end_s is None:
            own = predicted.probabilities[:, number]
            evidence = scipy.special.logit(np.clip(own, 1e-4, 0.9999))
            start_s, end_s = find_decisive_segment(segments, predicted.middles_seconds, evidence)
        span = choose_span(start_s, end_s, predicted.seconds)
        pieces = cut_pieces(span, segments, predicted.middles_seconds, classifier.window_seconds)
        return _explained(_Attenuation(classifier, sound, number, pieces), found, composer)


def _guess(card: ModelCard, predicted: WindowPredictions, number: int | None) -> Candidate:
    calibrated = card.confidence.apply(predicted.probabilities.mean(axis=0, keepdims=True))[0]
    chosen = int(calibrated.argmax()) if number is None else number
    probability = round(float(calibrated[chosen]), 4)
    return Candidate(card.composers[chosen], distinguish_label(card.labels[chosen]), probability)


class _Attenuation:
    """A sound whose parts can be turned down; scores of its pieces add up to that of the span."""

    def __init__(
        self,
        classifier: RecordingClassifier,
        sound: DecodedRecording,
        number: int,
        pieces: list[SpanPiece],
    ) -> None:
        self.pieces, self.rate_hz = pieces, sound.sample_rate_hz
        self._classifier, self._sound, self._number = classifier, sound, number
        self._windows = sum(int(piece.windows.sum()) for piece in pieces)
        self._segments = [
            _Segment(classifier, number, self.wave(piece)) if len(piece.windows) else None
            for piece in pieces
        ]

    def wave(self, piece: SpanPiece) -> Waveform:
        start, end = (round(edge * self.rate_hz) for edge in (piece.start_s, piece.end_s))
        return self._sound.read(start, end - start)

    def score(self, place: int, wave: Waveform, start: int, end: int) -> float:
        """Return what a piece's windows add to the mean log-odds of the span.

        The wave is the piece's, altered from sample `start` to `end`.
        """
        segment = self._segments[place]
        if segment is None:  # it is shorter than a window
            return 0.0
        evidence = segment.log_odds(wave, start, end)
        return float(evidence[self.pieces[place].windows].sum() / self._windows)

    def row(self, task: tuple[int, Band | None]) -> Drops:
        place, band = task
        piece = self.pieces[place]
        wave = self.wave(piece)
        sounding = wave if band is None else occlusion.extract_band(wave, self.rate_hz, band)
        return occlusion.measure_drops(
            partial(self.score, place), wave, sounding, self.rate_hz, piece.edges_s
        )

    def drops_of(self, maps: NDArray[np.bool_]) -> Drops:
        """Return how far the log-odds fall with less of the marked cells, shape (maps,).

        `maps` (maps, bands, times) mark cells of all pieces.
        """
        drops, first = np.zeros(len(maps)), 0
        for place, piece in enumerate(self.pieces):
            count = len(piece.edges_s) - 1
            wave = self.wave(piece)
            mine = maps[:, :, first : first + count]
            whole = self.score(place, wave, 0, 0)
            left = occlusion.attenuate(wave, self.rate_hz, mine, piece.edges_s)
            drops += [whole - self.score(place, each, 0, len(each)) for each in left]
            first += count
        return drops


class _Segment:
    """A segment's log-odds: of an altered copy, only windows that hear the change are computed."""

    def __init__(self, classifier: RecordingClassifier, number: int, wave: Waveform) -> None:
        self._classifier, self._number = classifier, number
        self._features = open_segment(classifier.recipe, wave)
        self._windows = classifier.cut_windows(self._features.features)
        self._log_odds = classifier.log_odds(self._windows, number)

    def log_odds(self, wave: Waveform, start: int, end: int) -> Drops:
        """Return the windows' log-odds, nats, of the wave altered from sample `start` to `end`."""
        found = self._log_odds.copy()
        if start < end:
            windows = self._classifier.cut_windows(self._features.alter(wave, start, end))
            differ = (windows != self._windows).any(axis=(1, 2))
            if differ.any():
                found[differ] = self._classifier.log_odds(windows[differ], self._number)
        return found


def _explained(attenuation: _Attenuation, found: Prediction, composer: Candidate) -> Explanation:
    bands = occlusion.frequency_bands(attenuation.rate_hz)
    tasks = [(place, band) for place in range(len(attenuation.pieces)) for band in [*bands, None]]
    rows = map_ordered(attenuation.row, tasks, label="listen", unit="band", threads=True)
    # A piece is a run of rows: a row a band, then one of all bands; the last column is the whole.
    tables = [
        np.stack(rows[first : first + len(bands) + 1])
        for first in range(0, len(rows), len(bands) + 1)
    ]
    drops = np.hstack([table[:, :-1] for table in tables])
    edges = [piece.start_s + piece.edges_s for piece in attenuation.pieces]
    waves = [attenuation.wave(piece) for piece in attenuation.pieces]
    return Explanation(
        prediction=found,
        composer=composer,
        log_odds=sum(attenuation.score(n, wave, 0, 0) for n, wave in enumerate(waves)),
        bands=bands,
        edges_seconds=np.concatenate([edges[0][:1], *(each[1:] for each in edges)]),
        cells=drops[:-1],
        times=drops[-1],
        whole_bands=np.stack([table[:-1, -1] for table in tables]).sum(axis=0),
        check=_checked(attenuation, drops[:-1]),
        wave=_of_span(attenuation, waves),
        sample_rate_hz=attenuation.rate_hz,
    )


def _checked(attenuation: _Attenuation, cells: Drops) -> Check:
    count = max(1, round(_SHARE * cells.size))
    strongest = np.argsort(-cells, axis=None, kind="stable")[:count]
    draws = [
        rng_for(_SEED, "cells", draw).choice(cells.size, count, replace=False)
        for draw in range(_DRAWS)
    ]
    marked = np.zeros((1 + _DRAWS, cells.size), bool)
    for each, chosen in zip(marked, [strongest, *draws], strict=True):
        each[chosen] = True
    drops = attenuation.drops_of(marked.reshape(-1, *cells.shape))
    return Check(count, float(drops[0]), float(drops[1:].mean()))


def _of_span(attenuation: _Attenuation, waves: list[Waveform]) -> Waveform:
    """Return the sound from the span's start to its end; pieces may begin before and end after."""
    rate_hz = attenuation.rate_hz
    cut = []
    for piece, wave in zip(attenuation.pieces, waves, strict=True):
        start, end = (round(float(edge) * rate_hz) for edge in piece.edges_s[[0, -1]])
        cut.append(wave[start:end])
    return np.concatenate(cut)
