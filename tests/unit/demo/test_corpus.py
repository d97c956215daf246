"""Whole recordings: reproducible one by one, in time with their drums, fit to be heard."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import demo_corpus
from takht.core.randomness import rng_for
from takht.demo import performance
from takht.demo.composers import COMPOSERS
from takht.demo.composition import compose
from takht.demo.corpus import render
from takht.demo.instruments import TONIC_HZ
from takht.demo.iqaat import IQAAT
from takht.demo.maqamat import MAQAMAT
from takht.demo.plan import FORMATS, plan_recordings

RATE_HZ = 22_050
PLAN = plan_recordings(15.0, 1)
WHOLE = plan_recordings(75.0, 1)
SHORT = [
    replace(next(r for r in PLAN if r.extension == extension), seconds=5.0) for extension in FORMATS
]


def decoded(data):
    return soundfile.read(io.BytesIO(data), always_2d=True)


@pytest.fixture(scope="module")
def renders():
    return [render(recording, 1) for recording in SHORT]


def test_a_recording_does_not_depend_on_the_others_or_on_their_order(renders):
    for index in (3, 0):
        assert render(SHORT[index], 1) == renders[index]


def test_another_seed_or_stem_is_another_recording(renders):
    assert render(SHORT[0], 2) != renders[0]
    assert render(replace(SHORT[0], stem="another"), 1) != renders[0]


# Of each composer's second recording: seconds, peak (dBFS), and how far its first 12 s lie along a
# noise, as a vector of length 1. A change by a thousandth shows in it.
SECOND = {
    "salim_al_warraq": (74.13, -5.53, 0.1287),
    "badia_al_furat": (19.49, -11.89, 0.1272),
    "نديم_الزاجل": (19.60, -8.88, 0.3025),
    "hanna_al_nuwar": (54.81, -11.25, 1.3619),
    "mariam_al_sahil": (20.05, -9.71, 1.4495),
    "ليلى_المرجان": (20.86, -13.34, -1.3430),
    "tawfiq_al_qasab": (39.40, -1.60, 0.2070),
    "zaki_al_mizan": (62.70, -3.01, 1.8153),
    "رباب_النخيل": (19.70, -12.39, -0.5474),
    "idris_al_wadi": (27.79, -5.53, -0.6921),
    "samira_al_hadiqa": (109.37, -6.46, -1.3323),
}


@pytest.mark.parametrize("profile", COMPOSERS, ids=lambda profile: profile.folder)
def test_every_composer_sounds_as_in_the_corpus_that_the_results_are_of(profile):
    """No test has another source for a whole piece: the README's figures are of these sounds."""
    recording = [each for each in WHOLE if each.profile is profile][1]
    wave, _ = decoded(render(replace(recording, seconds=12.0, extension="wav"), 1))
    noise = rng_for(1, "projection").standard_normal(wave.shape)
    along = np.sum(noise * wave) / np.linalg.norm(wave)
    *planned, sound = SECOND[profile.folder]
    assert [recording.seconds, recording.peak_dbfs] == pytest.approx(planned, abs=0.006)
    assert along == pytest.approx(sound, abs=2e-4)


def test_recordings_are_fit_to_be_heard(renders):
    for recording, data in zip(SHORT, renders, strict=True):
        wave, rate_hz = decoded(data)
        assert rate_hz == recording.rate_hz
        assert wave.shape == (round(5.0 * rate_hz), recording.channels)
        assert np.all(np.isfinite(wave))
        peak = np.max(np.abs(wave))
        assert 20 * np.log10(peak) == pytest.approx(recording.peak_dbfs, abs=1.0)
        assert peak < 1
        assert np.all(np.abs(wave.mean(axis=0)) < 1e-3 * peak)
        ends = np.concatenate([wave[:20], wave[-20:]])
        assert np.max(np.abs(ends)) < 0.02 * peak


def test_timbre_varies_within_a_composer():
    centroids = []
    for take in range(5):
        mix = performance.perform(COMPOSERS[0], f"take {take}", 4.0, 1, RATE_HZ, 1)[:, 0]
        power = np.abs(np.fft.rfft(mix)) ** 2
        centroids.append(np.sum(power * np.fft.rfftfreq(len(mix), 1 / RATE_HZ)) / power.sum())
    assert max(centroids) > 1.3 * min(centroids)


def test_drums_are_in_time_with_the_written_cycle():
    profile = replace(COMPOSERS[5], drums=(1.0, 0.0), band=(1, 1), fill=0.0, taqsim=0.0)
    recording, seconds = "in time", 20.0
    piece = compose(
        profile, seconds - performance.TAIL_SECONDS, rng_for(1, profile.folder, recording, "piece")
    )
    wave = performance._drums("darbuka", piece, profile, seconds, RATE_HZ, rng_for(1))
    strokes = IQAAT[piece.iqa].strokes * piece.cycles
    due = [slot * piece.slot_seconds for slot, stroke in enumerate(strokes) if stroke != "-"]
    # The second difference leaves the snap of a stroke and little of what still rings.
    snap = np.square(np.diff(wave, n=2))
    level = np.sqrt(np.convolve(snap, np.ones(64) / 64, "same"))
    for at_seconds in due:
        at = round(at_seconds * RATE_HZ)
        before = level[max(0, at - 300) : max(0, at - 64)].max(initial=0)
        assert level[at : at + 500].max() > 2 * before


def test_tonic_is_the_maqams_transposed_by_whole_semitones_and_a_tuning():
    piece = compose(COMPOSERS[0], 20.0, rng_for(0))
    written = MAQAMAT[piece.maqam].tonic_semitones
    semitones = np.array(
        [
            12 * np.log2(performance.tonic(piece, rng_for(take)) / TONIC_HZ) - written
            for take in range(400)
        ]
    )
    assert set(np.round(semitones)) == {-3, -2, -1, 0, 1, 2}
    off = semitones - np.round(semitones)
    assert 0.35 < np.max(np.abs(off)) <= 0.4


def test_ensembles_lean_to_the_composers_instruments_but_none_is_certain():
    for profile in COMPOSERS:
        bands = [performance.ensemble(profile, rng_for(take)) for take in range(300)]
        leads = [band[0] for band in bands]
        assert 0.5 < leads.count(profile.players[0]) / 300 < 0.95
        assert {len(band) for band in bands} == set(range(profile.band[0], profile.band[1] + 1))
        assert all(len(set(band)) == len(band) for band in bands)


def test_stage_writes_every_recording_and_the_labels(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    monkeypatch.setattr(demo_corpus, "plan_recordings", lambda *_: SHORT[:3])
    params = demo_corpus.DemoCorpus(minutes=15.0, seed=1)
    demo_corpus.demo_corpus(params, tmp_path / "demo")
    written = {path.relative_to(tmp_path / "demo") for path in (tmp_path / "demo").rglob("*.*")}
    names = {Path(r.profile.folder, f"{r.stem}.{r.extension}") for r in SHORT[:3]}
    assert written == names | {Path("composers.csv")}
    with (tmp_path / "demo/composers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["folder"]: row["label"] for row in rows} == {
        profile.folder: profile.label for profile in COMPOSERS
    }
    first = SHORT[0]
    path = tmp_path / "demo" / first.profile.folder / f"{first.stem}.{first.extension}"
    assert path.read_bytes() == render(first, 1)
