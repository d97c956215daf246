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
from takht.features.statistics.intervals import compute_pitch_classes
from takht.features.statistics.summary import GROUPS, add_context, summarize_segment
from takht.generation.metrics import summary
from takht.generation.metrics.codec import measure_codec, measure_pca, measure_windows
from takht.generation.metrics.distributions import coverage, diversity
from takht.generation.metrics.excerpts import Excerpt
from takht.generation.metrics.generated_folder import compare_reconstructions, read_index
from takht.generation.metrics.judge import Judge, JudgedExcerpt
from takht.generation.metrics.pitch import count_pitches, find_scale
from takht.generation.metrics.samples import (
    PATCH_FRAMES,
    MusicMeasures,
    ReferenceSet,
    SampleMeasures,
    compare_sets,
    cut_sample_patches,
    measure_sample,
    summarize_music,
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
from takht.generation.spectrogram.level_spectrogram import level_spectrogram
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
            spectrograms[recording] = level_spectrogram(wave)
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
    assert beside["memorisation_distance_ratio"] == dict.fromkeys(PATCH_FRAMES, same)
    noise = 0.1 * np.random.default_rng(1).standard_normal(12 * 22_050).astype(np.float32)
    found = measure_sample(noise, 8)
    made = judge.embedded(np.concatenate([found.statistics] * 3))
    beside = compare_sets(real, made, found.patches)
    assert beside["frechet"] > 5 * beside["frechet_reference"]
    assert beside["coverage"] == 0
    still = cut_sample_patches([np.full((300, 513), 0.5, np.float32)], overlap=3)
    assert compare_sets(real, made, still)["memorisation_distance_ratio"] == {}


def test_few_samples_do_not_cover_much_music(real):
    held_out, made = np.random.default_rng(1).normal(size=(2, 60, 4)).astype(np.float32)
    other = real._replace(held_out=held_out, train=held_out)
    assert compare_sets(other, made, real.train_patches)["coverage"] > 0.8
    assert compare_sets(other, made[:6], real.train_patches)["coverage"] < 0.6


def test_training_music_as_samples_is_called_a_copy(real):
    beside = compare_sets(real, real.train, real.train_patches)
    for length in PATCH_FRAMES:
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
    assert ours["latents"] == 24
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
    assert found["bits_per_second"] == pytest.approx(found["kl_nats"] / np.log(2) / 5.944, rel=1e-3)


def test_reconstructions_are_means_over_recordings_by_kind_and_model():
    scores = ["lsd_db", "chroma", "onset", "frame_rate_energy"]
    rows = [
        (kind, model, *(first + 2.0 * number + place for place in range(4)))
        for number in (0, 1)
        for kind, model, first in (
            ("music", "reference", 0.0),
            ("reconstruction", "codec", 10.0),
            ("phase", "codec", 20.0),
            ("reconstruction", "pca", 30.0),
        )
    ]
    report = {"reference": {}, "codec": {"recon_mse": 0.1}, "pca": {}}
    add_reconstructions(report, pd.DataFrame(rows, columns=["kind", "model", *scores]))
    means = dict(zip(scores, (1.0, 2.0, 3.0, 4.0), strict=True))
    assert report == {
        "reference": {"frame_rate_energy": 4.0},
        "codec": {"recon_mse": 0.1}
        | {name: 10 + value for name, value in means.items()}
        | {"phase_alone": {name: 20 + value for name, value in means.items()}},
        "pca": {name: 30 + value for name, value in means.items()},
    }


def test_numbers_of_the_report_have_five_digits():
    given = {"a": {"b": 123456.789, "c": 0.00012345678}, "n": 1234567, "s": "0.1234567"}
    expected = {"a": {"b": 123460.0, "c": 0.00012346}, "n": 1234567, "s": "0.1234567"}
    assert round_report(given) == expected


class Sums:
    """A judge who embeds statistics as they are and goes by the sign of their sum."""

    chance = 0.5

    def __init__(self, rng):
        self._rng, self.asked = rng, []

    def embedded(self, statistics):
        return statistics

    def composer(self, statistics):
        return COMPOSERS[int(statistics.sum() > 0)]

    def excerpts(self, side, windows, per_composer):
        self.asked.append((side, windows, per_composer))
        draws = self._rng.normal(size=(6, windows, 3)).astype(np.float32)
        return [JudgedExcerpt(COMPOSERS[place % 2], draw) for place, draw in enumerate(draws)]


def heard(rng, **known):
    """Made-up measures of a piece of music."""
    pitches = rng.dirichlet(np.ones(48))
    return MusicMeasures(*rng.random(5), rng.random(2), pitches)._replace(**known)


def test_music_is_summed_up_by_means_and_what_was_not_taken_is_left_out():
    rng = np.random.default_rng(3)
    pieces = [heard(rng) for _ in range(3)]
    pieces[1] = pieces[1]._replace(tempo_stability=np.nan, modulation=np.full(2, np.nan))
    scale = np.arange(48) < 20
    found = summarize_music(pieces, ["umm", "", "qasabgi"], {"umm": [~scale, scale], "abdo": []})
    first, second, third = pieces
    parts = [first.pitches[:20].sum(), first.pitches[20:].sum()]
    near, around = first.modulation + third.modulation
    assert found == pytest.approx(
        {
            "pulse": np.mean([each.pulse for each in pieces]),
            "tempo_stability": (first.tempo_stability + third.tempo_stability) / 2,
            "repetition": np.mean([each.repetition for each in pieces]),
            "repeated_share": np.mean([each.repeated_share for each in pieces]),
            "hole_share": np.mean([each.hole_share for each in pieces]),
            "in_scale_share": max(parts),
            "block_rate_modulation": near / around,
        }
    )
    short = second._replace(repetition=np.nan)
    left = {"tempo_stability", "repetition", "in_scale_share", "block_rate_modulation"}
    assert set(found) - set(summarize_music([short], [""], {})) == left


def test_samples_are_summed_up_by_model_and_music_beside_them(monkeypatch, corpus):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    rng = np.random.default_rng(5)
    files = [
        ("codec/1", "sample", "codec", "umm", 8.0),
        ("codec/2", "sample", "codec", "umm", 8.0),
        ("codec/3", "sample", "codec", "qasabgi", 8.0),
        ("codec/4", "sample", "codec", "", 8.0),
        ("codec/long", "long", "codec", "", 60.0),
        ("pca/1", "sample", "pca", "", 9.0),
        ("study/1", "sample", "study_vae", "", 6.0),
        ("other", "reconstruction", "codec", "umm", 12.0),
    ]
    index = pd.DataFrame(files, columns=["file", "kind", "model", "composer", "seconds"])
    clips = list(corpus[2].values())
    train, held_out = clips[:3], clips[3:6]

    def sample(number):
        return SampleMeasures(
            rng.normal(size=(2, 3)).astype(np.float32),
            cut_sample_patches([clips[6][number:]], overlap=3),
            heard(rng),
            clipped_samples=number + 1,
        )

    measured = {file: sample(number) for number, (file, *_) in enumerate(files)}
    excerpts = {
        side: [Excerpt(name, side, music(place, number)) for place, name in enumerate(COMPOSERS)]
        for number, side in enumerate(("train", "test"))
    }
    shuffled, of_real = [sample(8), sample(9)], [heard(rng), heard(rng)]
    asked, blocks = [], {}

    def listed(_, rows, block_frames):
        blocks.update(dict.fromkeys(rows["file"], block_frames))
        return [measured[file] for file in rows["file"]]

    def read(side, seconds, per_composer):
        asked.append((side, seconds, per_composer))
        return excerpts[side]

    def mapped(_function, items, *, label, **_unit):
        known = {"shuffle": ("train", shuffled), "music": ("test", of_real)}
        side, found = known[label]
        assert items is excerpts[side]
        return found

    monkeypatch.setattr(summary, "list_samples", listed)
    monkeypatch.setattr(summary, "map_ordered", mapped)
    judge = Sums(np.random.default_rng(6))
    report = {name: {} for name in ("study_vae", "pca", "codec", "shuffled", "reference")}
    add_samples(report, None, index, judge, train, held_out, read, 8)

    # Two windows a piece, and of the composer with most pieces two.
    assert judge.asked == [("test", 2, 2), ("train", 2, 6)]
    assert asked == [("train", 8.0, 2), ("test", 8.0, 2)]
    assert blocks == {file: 8 for file, kind, *_ in files if kind == "sample"}
    again = Sums(np.random.default_rng(6))
    test, known = again.excerpts("test", 2, 2), again.excerpts("train", 2, 6)
    real = ReferenceSet(
        *(np.concatenate([each.statistics for each in side]) for side in (known, test)),
        cut_sample_patches(train, overlap=8),
        cut_sample_patches(held_out, overlap=3),
    )
    scales = {
        each.composer: [find_scale(count_pitches(compute_pitch_classes(each.wave, 22_050)))]
        for each in excerpts["train"]
    }
    for model, names, composers in (
        ("codec", ["codec/1", "codec/2", "codec/3", "codec/4"], ["umm", "umm", "qasabgi", ""]),
        ("pca", ["pca/1"], [""]),
        ("study_vae", ["study/1"], [""]),
        ("shuffled", [], ["", ""]),
    ):
        own = [measured[name] for name in names] or shuffled
        patches = {
            length: np.concatenate([each.patches[length] for each in own])
            for length in PATCH_FRAMES
        }
        expected = compare_sets(real, np.concatenate([each.statistics for each in own]), patches)
        expected |= summarize_music([each.music for each in own], composers, scales)
        clipped = {"codec": 1 + 2 + 3 + 4, "pca": 6, "study_vae": 7, "shuffled": 9 + 10}
        expected["clipped_samples"] = clipped[model]
        if model != "shuffled":
            expected["longest_piece_seconds"] = {"codec": 60.0, "pca": 9.0, "study_vae": 6.0}[model]
        if model in ("codec", "shuffled"):
            right = [
                judge.composer(each.statistics) == whose
                for each, whose in zip(own, composers if any(composers) else COMPOSERS, strict=True)
                if whose
            ]
            expected["composer_accuracy"] = np.mean(right)
        ratio = expected.pop("memorisation_distance_ratio")
        assert report[model].pop("memorisation_distance_ratio") == ratio
        assert report[model] == pytest.approx(expected)
    expected = summarize_music(of_real, list(COMPOSERS), scales) | {
        "coverage": coverage(real.held_out, real.train),
        "diversity": diversity(real.held_out, real.train),
        "composer_accuracy": np.mean(
            [judge.composer(each.statistics) == each.composer for each in test]
        ),
        "composer_accuracy_chance": 0.5,
    }
    assert report["reference"] == pytest.approx(expected)


@pytest.mark.slow
def test_the_report_has_every_key_and_only_numbers_json_knows(corpus, judge, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    spectrograms = corpus[2]
    codec, pca, original = small.codec(), small.pca(), small.Quarters()
    prior = small.Forgetful(codec, composers=COMPOSERS, labels=COMPOSERS)
    sheets = [
        *one_per_figure(plan_pieces(prior, SIZES)),
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

    def read(side, seconds, per_composer):
        assert (seconds, per_composer) == (8.0, 1)
        number = 3 if side == "test" else 0
        return [
            Excerpt(name, f"{name}/{number}", music(place, number)[: 8 * 22_050])
            for place, name in enumerate(COMPOSERS)
        ]

    add_samples(found, tmp_path, index, judge, train, held_out, read, codec.block_frames)
    found = round_report(found)

    paired = {"lsd_db", "chroma", "onset", "frame_rate_energy"}
    latents = {"latents", "latents_per_second"}
    rate = {"active_units", "kl_nats", "bits_per_second"}
    heard = {"pulse", "repetition", "repeated_share", "hole_share"}
    compared = {"windows", "frechet", "frechet_reference", "coverage", "diversity"}
    compared |= {"memorisation_distance_ratio", "clipped_samples"}
    samples = heard | compared | {"longest_piece_seconds"}
    every = paired | samples | {"recon_mse"}
    blocks = {"block_rate_modulation"}
    assert set(found["study_vae"]) - blocks == every | latents | rate | {"phase_alone"}
    assert set(found["pca"]) == every | blocks | {"latents_per_second"}
    conditioned = {"composer_accuracy", "in_scale_share"}
    assert set(found["codec"]) == every | blocks | latents | {"phase_alone"} | conditioned
    assert set(found["shuffled"]) == heard | blocks | compared | {"composer_accuracy"}
    assert set(found["reference"]) == heard | blocks | conditioned | {
        *("frame_rate_energy", "coverage", "diversity", "composer_accuracy_chance"),
    }
    assert set(found["codec"]["phase_alone"]) == paired
    assert found["codec"]["clipped_samples"] == 0
    assert found["codec"]["longest_piece_seconds"] == 60
    numbers = pd.json_normalize(found).to_numpy(float)
    assert np.isfinite(numbers).all()
    assert (
        found["study_vae"]["phase_alone"]["frame_rate_energy"]
        > found["codec"]["phase_alone"]["frame_rate_energy"]
    )
