"""convert, normalize and segment, one after the other: what they leave on disk."""

import hashlib

import numpy as np
import pandas as pd
import pyloudnorm
import pytest
import soundfile

from convert import convert
from normalize import normalize
from segment import segment
from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core.tables import read_table, write_table
from takht.errors import TakhtError
from takht.preparation.settings import NormalizeSettings, SegmentSettings
from takht.runtime.params import load_section

RATE_HZ = 44_100


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Three recordings: quiet noise, loud noise with one peak, a tone too quiet for the gates."""
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    rng = np.random.default_rng(0)
    time = np.arange(RATE_HZ * 7) / RATE_HZ
    waves = {
        "أ/هادئ.wav": 0.01 * rng.standard_normal((RATE_HZ * 13, 2)),
        "b/peak.flac": 0.02 * rng.standard_normal(RATE_HZ * 7) + (np.arange(RATE_HZ * 7) == 99_999),
        "b/faint.wav": 10 ** (-68 / 20) * np.sin(2 * np.pi * 30 * time),
    }
    rows = []
    for file, wave in waves.items():
        (tmp_path / "raw" / file).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / "raw" / file, wave, RATE_HZ)
        rows.append({"recording": file.rsplit(".", 1)[0], "file": file, "seconds": len(wave)})
    write_table(pd.DataFrame(rows), tmp_path / "catalogue.csv")
    return tmp_path


def preprocess(here, method="loudness"):
    catalogue = here / "catalogue.csv"
    audio, how = AudioSettings(sample_rate_hz=22_050), ConvertSettings(part_minutes=0.05)
    convert(audio, how, here / "raw", catalogue, here / "wav")
    params = NormalizeSettings(method=method, target_lufs=-23.0, peak_dbfs=-1.0)
    normalize(params, here / "wav", catalogue, here / "gains.csv")
    cut = SegmentSettings(seconds=5.0, min_seconds=2.5)
    segment(cut, here / "wav", here / "gains.csv", here / "segments")
    numbers = dict.fromkeys(["peak_dbfs", "loudness_lufs", "gain_db"], "float64")
    return read_table(here / "gains.csv", numbers).set_index("recording")


def joined(folder):
    pieces = [soundfile.read(path)[0] for path in sorted(folder.glob("*.wav"))]
    return np.concatenate(pieces), [len(piece) / 22_050 for piece in pieces]


def test_segments_reach_the_loudness_or_stop_at_the_peak(corpus):
    gains = preprocess(corpus)
    meter = pyloudnorm.Meter(22_050)
    quiet, seconds = joined(corpus / "segments/أ/هادئ")
    assert seconds == [5.0, 5.0, 3.0]
    assert meter.integrated_loudness(quiet) == pytest.approx(-23, abs=0.1)
    peak, seconds = joined(corpus / "segments/b/peak")
    assert seconds == [7.0]
    assert 20 * np.log10(np.abs(peak).max()) == pytest.approx(-1, abs=0.01)
    assert meter.integrated_loudness(peak) < -23.5
    faint, _ = joined(corpus / "segments/b/faint")
    assert gains["loudness_lufs"]["b/faint"] == -np.inf
    assert 20 * np.log10(np.abs(faint).max()) == pytest.approx(-1, abs=0.01)


def test_peak_normalisation_brings_every_peak_to_the_level(corpus):
    preprocess(corpus, "peak")
    for recording in ("أ/هادئ", "b/peak", "b/faint"):
        wave, _ = joined(corpus / "segments" / recording)
        assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(-1, abs=0.01)


def digests(here):
    files = sorted(p for p in here.rglob("*") if p.is_file() and "raw" not in p.parts)
    return {str(p.relative_to(here)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_second_run_replaces_everything_with_the_same_bytes(corpus):
    preprocess(corpus)
    first = digests(corpus)
    (corpus / "wav/b/stale.wav").touch()
    (corpus / "segments/b/peak/9999.wav").touch()
    preprocess(corpus)
    assert digests(corpus) == first


def test_a_segment_cannot_be_shorter_than_its_tail(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text("segment: {seconds: 5.0, min_seconds: 6.0}\n")
    monkeypatch.chdir(tmp_path)
    line = "params.yaml: segment.min_seconds: at most segment.seconds (5), got 6.0; fix the value"
    with pytest.raises(TakhtError) as caught:
        load_section(SegmentSettings, {})
    assert str(caught.value) == line
