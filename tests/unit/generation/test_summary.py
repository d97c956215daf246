"""The metrics of generation: every model has its keys; copies, noise and music are told apart."""

import generation_models as small
import numpy as np
import pandas as pd
import pytest
from feature_folders import write_recording

from takht.classifiers.discriminant_classifier import DiscriminantCard, DiscriminantClassifier
from takht.core import tables
from takht.dataset.feature_folder import FeaturePiece, open_array, write_index
from takht.dataset.windows import FeatureFolder
from takht.discriminants.shrinkage_lda import fit_discriminant
from takht.features.statistics.summary import GROUPS, add_context, summarize_segment
from takht.generation.metrics.codec import measure_codec, measure_pca, measure_windows
from takht.generation.metrics.generated_folder import compare_reconstructions, read_index
from takht.generation.metrics.judge import Judge
from takht.generation.metrics.samples import (
    ReferenceSet,
    compare_sets,
    cut_sample_patches,
    measure_sample,
)
from takht.generation.metrics.summary import (
    add_reconstructions,
    add_samples,
    measure_models,
    round_report,
)
from takht.generation.pieces.plan import (
    GenerationPlan,
    group_into_figures,
    one_per_figure,
    plan_pca_samples,
    plan_pieces,
    plan_reconstructions,
    plan_study_samples,
)
from takht.generation.pieces.render import render_figure
from takht.generation.spectrogram.log_mel import log_mel
from takht.generation.study_vae.spectrogram import log_spectrogram

COMPOSERS = ("qasabgi", "umm")
SIDES = ("train", "train", "validation", "test")
SIZES = GenerationPlan(
    unconditional=2, per_composer=1, seconds=8.0, long_seconds=60.0, reference_windows=3, seed=1
)


def music(composer: int, number: int) -> np.ndarray:
    """Composer 1 is an octave deeper: twice as slow."""
    wave = small.melody(10 * composer + number, 12.0)
    return np.repeat(wave, 2)[: len(wave)] if composer else wave


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Folder of statistics, split and spectrograms of eight recordings by two composers."""
    folder = tmp_path_factory.mktemp("statistics")
    rows, split, spectrograms = [], [], {}
    for composer, name in enumerate(COMPOSERS):
        for number, side in enumerate(SIDES):
            recording, wave = f"{name}/{number}", music(composer, number)
            statistics = summarize_segment(wave, 22_050)
            piece = FeaturePiece(0, 0, 0.0, statistics)
            rows.append(write_recording(folder, recording, [piece], np.float32))
            split.append({"recording": recording, "composer": name, "side": side})
            spectrograms[recording] = log_mel(wave)
    settings = {"frame": "window", "unit": "statistics", "groups": GROUPS}
    settings |= {"hop_samples": 44_032, "sample_rate_hz": 22_050}
    write_index(folder, dict(rows), settings)
    return FeatureFolder(folder), pd.DataFrame(split), spectrograms


@pytest.fixture(scope="module")
def judge(corpus):
    statistics, split, _ = corpus
    rows = statistics.index.merge(split[split["side"] == "train"])
    arrays = [open_array(statistics.folder, name) for name in rows["recording"]]
    owners = np.repeat([COMPOSERS.index(c) for c in rows["composer"]], [len(a) for a in arrays])
    fitted = fit_discriminant(np.concatenate(arrays).astype(float), owners)
    card = DiscriminantCard(
        composers=COMPOSERS, labels=COMPOSERS, frames=1, step_frames=1, bands=336,
        features=statistics.settings, parameters=0, mflop_per_window=0.0, training_windows=1,
        experiment={}, training={}, libraries={}, statistics=tuple(GROUPS),
    )  # fmt: skip
    return Judge(DiscriminantClassifier(card, fitted), statistics, split)


def embedded(judge, side):
    excerpts = judge.excerpts(side, windows=100, per_composer=100)
    return judge.embedded(np.concatenate([each.statistics for each in excerpts]))


@pytest.fixture(scope="module")
def real(judge, corpus):
    _, split, spectrograms = corpus
    sides = dict(zip(split["recording"], split["side"], strict=True))
    patches = {
        side: cut_sample_patches(
            [clip for name, clip in spectrograms.items() if sides[name] == side], overlap=8
        )
        for side in ("train", "test")
    }
    return ReferenceSet(
        embedded(judge, "train"), embedded(judge, "test"), patches["train"], patches["test"]
    )


def test_the_embedding_is_standardised_by_training_windows(judge):
    train = embedded(judge, "train")
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(train.std(axis=0)[train.std(axis=0) > 0.01], 1, atol=1e-3)


def test_the_judge_tells_whose_a_piece_is(judge):
    for composer, name in enumerate(COMPOSERS):
        assert judge.composer(summarize_segment(music(composer, 9), 22_050)) == name
    for each in judge.excerpts("test", windows=2, per_composer=9):
        assert judge.composer(each.statistics) == each.composer
    assert judge.chance == 0.5


def test_excerpts_are_alike_in_number_and_length_and_know_nothing_beyond_them(judge, corpus):
    source, _, _ = corpus
    found = judge.excerpts("train", windows=2, per_composer=3)
    assert [each.composer for each in found] == ["qasabgi"] * 3 + ["umm"] * 3
    assert {len(each.statistics) for each in found} == {2}
    whole = open_array(source.folder, "qasabgi/0")
    own = GROUPS["context"]
    for each, rows in ((found[0], whole[:2]), (found[2], whole[2:4])):  # the second's first between
        np.testing.assert_array_equal(each.statistics[:, :-own], rows[:, :-own])
        tonal = rows[:, 184 : 184 + own]
        np.testing.assert_array_equal(each.statistics[:, -own:], add_context(tonal))
    assert not np.array_equal(found[0].statistics[:, -own:], whole[:2, -own:])


def test_held_out_music_is_at_the_floor_and_noise_far_above(judge, real):
    held = real.held_out
    beside = compare_sets(real, held, real.held_out_patches)
    assert beside["frechet"] == pytest.approx(beside["frechet_reference"])
    assert (beside["diversity"], beside["coverage"]) == (pytest.approx(1), 1)
    same = {"min": pytest.approx(1), "median": pytest.approx(1)}
    assert beside["memorisation_distance_ratio"] == {"3_seconds": same, "1_second": same}
    noise = 0.1 * np.random.default_rng(1).standard_normal(12 * 22_050).astype(np.float32)
    found = measure_sample(noise, 8)
    made = judge.embedded(np.concatenate([found.statistics] * 3))
    beside = compare_sets(real, made, found.patches)
    assert beside["frechet"] > 5 * beside["frechet_reference"]
    assert beside["coverage"] == 0


def test_training_music_as_samples_is_called_a_copy(real):
    beside = compare_sets(real, real.train, real.train_patches)
    for length in ("3_seconds", "1_second"):
        assert beside["memorisation_distance_ratio"][length]["min"] == pytest.approx(0, abs=1e-3)


def test_clipped_samples_are_counted():
    wave = small.melody(1)
    wave[100:107] = 1
    assert measure_sample(wave, 8).clipped_samples == 7


def test_codecs_are_measured_on_every_frame_they_keep(corpus):
    *_, spectrograms = corpus
    clips = list(spectrograms.values())[:3]
    codec, pca = small.codec(), small.pca()
    ours, baseline = measure_codec(codec, clips), measure_pca(pca, clips)
    outputs = [codec.decode(*codec.encode(clip)[:2]) for clip in clips]
    pairs = zip(outputs, clips, strict=True)
    error = np.concatenate([(made - clip[: len(made)]).ravel() ** 2 for made, clip in pairs]).mean()
    assert ours["recon_mse"] == pytest.approx(error, rel=1e-4)
    assert ours["latents_per_second"] == pytest.approx(24 / 8 * 22_050 / 256)
    assert ours["latents"] == 24 >= ours["active_units"] > 10
    assert ours["bits_per_second"] == pytest.approx(ours["kl_nats"] / np.log(2) * 22_050 / 256 / 8)
    assert 0 < baseline["recon_mse"] < 0.05
    assert baseline["latents_per_second"] == ours["latents_per_second"]


def test_the_originals_windows_are_measured_the_same_way():
    clip = log_spectrogram(small.melody(1, 12.0))
    model = small.Quarters()
    found = measure_windows(model, [clip])
    windows = np.stack([clip[:512].T, clip[512:1024].T])
    error = np.mean((model.decode(model.encode(windows)[0]) - windows) ** 2)
    assert found["recon_mse"] == pytest.approx(error, rel=1e-5)
    assert found["latents_per_second"] == pytest.approx(4 / 5.944, rel=1e-3)


@pytest.mark.slow
def test_the_report_has_every_key_and_only_numbers_json_knows(corpus, judge, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    spectrograms = corpus[2]
    codec, pca, original = small.codec(), small.pca(), small.Quarters()
    prior = small.Forgetful(codec, composers=COMPOSERS, labels=COMPOSERS)
    sheets = [
        *one_per_figure(plan_pieces(codec, prior, SIZES)),
        *group_into_figures("baselines/pca", plan_pca_samples(pca, small.clips(), SIZES)),
        *group_into_figures("baselines/original", plan_study_samples(original, SIZES)),
        *group_into_figures(
            "r/all",
            plan_reconstructions("umm/3", music(1, 3), codec, pca, original, composer="umm"),
        ),
    ]
    index = pd.concat([render_figure(s, tmp_path) for s in sheets], ignore_index=True)
    tables.write_table(index, tmp_path / "index.csv")
    index = read_index(tmp_path)
    held_out = [spectrograms[f"{name}/3"] for name in COMPOSERS]
    train = [spectrograms[f"{name}/0"] for name in COMPOSERS]
    found = measure_models(codec, pca, original, held_out, [log_spectrogram(music(1, 3))])
    add_reconstructions(found, compare_reconstructions(tmp_path, index))
    add_samples(found, tmp_path, index, judge, train, held_out, codec.block_frames)
    found = round_report(found)

    paired = {"lsd_db", "mr_stft", "chroma", "onset", "frame_rate_energy"}
    latents = {"active_units", "latents", "kl_nats", "bits_per_second", "latents_per_second"}
    samples = {"windows", "frechet", "frechet_reference", "density", "coverage", "diversity"}
    samples |= {
        "memorisation_distance_ratio",
        "autocorrelation_half_second",
        "sample_frame_rate_energy",
    }
    samples |= {"clipped_samples", "longest_piece_seconds", "block_boundary_flux_ratio"}
    every = paired | samples | {"recon_mse"}
    assert set(found["study_vae"]) == every | latents | {"phase_alone"}
    assert set(found["pca"]) == every | {"latents_per_second"}
    assert set(found["vae"]) == every | latents | {"phase_alone", "composer_accuracy"}
    assert set(found["reference"]) == {
        *("frame_rate_energy", "density", "coverage", "diversity", "autocorrelation_half_second"),
        *("block_boundary_flux_ratio", "composer_accuracy", "composer_accuracy_chance"),
    }
    assert set(found["vae"]["phase_alone"]) == paired
    assert found["vae"]["clipped_samples"] == 0
    assert found["vae"]["longest_piece_seconds"] == 60
    numbers = pd.json_normalize(found).to_numpy(float)
    assert np.isfinite(numbers).all()
    assert (
        found["study_vae"]["phase_alone"]["frame_rate_energy"]
        > found["vae"]["phase_alone"]["frame_rate_energy"]
    )
