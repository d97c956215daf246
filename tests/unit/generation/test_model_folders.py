"""From clips in a feature folder to model folders and back: nothing is lost or mixed up."""

from dataclasses import replace

import generation_models as small
import numpy as np
import pandas as pd
import pytest
from feature_folders import write_recording
from generation_corpus import DENOISER, DENOISER_TRAINING, PRIOR

from takht.cache.checkpoint import Checkpoint
from takht.core.model_files import write_arrays
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.errors import TakhtError
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec_folder import (
    CodecCard,
    load_codec,
    load_pca,
    save_codec,
)
from takht.generation.codec.pca import fit_pca
from takht.generation.prior import clip_description
from takht.generation.prior.clip_description import describe_clip
from takht.generation.prior.prior_folder import load_prior, save_prior
from takht.generation.prior.pulses import Pulse
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining, PriorModel
from takht.generation.prior.styles import fit_styles
from takht.generation.prior_training.dispatch import fit_to_features

SETTINGS = {"kind": "generation_spectrogram", "sample_rate_hz": 22_050, "hop_samples": 256}
# Recordings of two composers, not in the order of their names, and lengths of their segments.
RECORDINGS = {
    ("umm/1", "train"): (80, 40, 63),
    ("qasabgi/2", "train"): (64, 72),
    ("umm/3", "validation"): (90,),
    ("qasabgi/1", "train"): (70,),
    ("umm/2", "test"): (100,),
}


@pytest.fixture
def corpus(tmp_path):
    """Folder, split, and every segment by recording and number, as half floats keep it."""
    rows, split, segments = [], [], {}
    for seed, ((recording, side), lengths) in enumerate(RECORDINGS.items()):
        frames = small.clips()[seed]
        ends = np.cumsum(lengths)
        pieces = [
            FeaturePiece(0, number, 0.0, frames[end - length : end])
            for number, (length, end) in enumerate(zip(lengths, ends, strict=True))
        ]
        for piece in pieces:
            segments[recording, piece.segment] = piece.frames.astype(np.float16).astype(np.float32)
        rows.append(write_recording(tmp_path, recording, pieces))
        composer = recording.split("/")[0]
        split.append((recording, composer, composer.upper(), side))
    write_index(tmp_path, dict(rows), SETTINGS)
    return (
        tmp_path,
        pd.DataFrame(split, columns=["recording", "composer", "label", "side"]),
        segments,
    )


def test_clips_are_the_segments_of_a_side_that_are_long_enough(corpus):
    folder, split, segments = corpus
    clips = Clips(folder, split, "train", least_frames=64)
    places = [("umm/1", 0), ("qasabgi/2", 0), ("qasabgi/2", 1), ("qasabgi/1", 0)]
    assert len(clips) == 4
    for found in (clips, clips[:], [clips[place] for place in range(4)]):
        for clip, place in zip(found, places, strict=True):
            np.testing.assert_array_equal(clip, segments[place])
    np.testing.assert_array_equal(clips[1:3][-1], segments["qasabgi/2", 1])
    assert clips.rows["composer"].tolist() == ["umm", "qasabgi", "qasabgi", "qasabgi"]
    with pytest.raises(TakhtError, match="no segment of the test side has the 101 frames"):
        Clips(folder, split, "test", least_frames=101)


def codec_card(**changes):
    sizes = {"block_frames": 8, "latents": 24, "pca_latents": 24, "clips": 6, "parameters": 1}
    empty = {"features": {}, "model": {}, "training": {}, "libraries": {}}
    return CodecCard(**(sizes | empty | changes))


def test_a_codec_and_its_baseline_come_back_from_their_folder(tmp_path):
    codec, pca, clip = small.codec(), small.pca(), small.clips()[0]
    save_codec(tmp_path, codec_card(), codec, pca)
    loaded, baseline = load_codec(tmp_path), load_pca(tmp_path)
    for ours, theirs in zip(codec.encode(clip), loaded.encode(clip), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    parts = codec.encode(clip)
    np.testing.assert_array_equal(loaded.decode(*parts), codec.decode(*parts))
    np.testing.assert_array_equal(baseline.reconstruct(clip), pca.reconstruct(clip))
    for change in ({"latents": 23}, {"block_frames": 16}, {"pca_latents": 23}):
        folder = tmp_path / next(iter(change))
        folder.mkdir()
        save_codec(folder, codec_card(**change), codec, pca)
        with pytest.raises(TakhtError, match="one model"):
            (load_pca if "pca_latents" in change else load_codec)(folder)


def test_a_composer_of_short_recordings_is_named_and_has_pieces(corpus, capsys):
    """Of qasabgi no clip has the ten blocks of a window, of umm one has."""
    folder, split, _ = corpus
    (folder / "codec").mkdir()
    save_codec(folder / "codec", codec_card(), small.codec(), small.pca())
    size = DenoiserTraining(**DENOISER_TRAINING | {"max_steps": 2, "window_blocks": 10})
    settings = PriorModel(**PRIOR), DenoiserModel(**DENOISER), size
    _, prior, _ = fit_to_features(*settings, folder / "codec", folder, split, Checkpoint())
    line, *progress = capsys.readouterr().err.splitlines()
    assert line.startswith("train_prior: composer qasabgi: no training clip has the 10 blocks")
    assert [each.split(",")[0] for each in progress] == [
        f"train_prior: step {n} of 2" for n in (1, 2)
    ]
    weights = prior.blocks.denoiser.weights["composer/kernel"]
    np.testing.assert_array_equal(weights.any(axis=1), [False, True])
    assert np.isfinite(prior.draw(0, 3.0, np.random.default_rng(1))[1]).all()


def pulse_of(clip):
    """A pulse of its own for each clip, which is too short for a real one."""
    return Pulse(float(clip.mean()), len(clip) - 8)


def test_a_prior_learns_from_all_clips_of_each_composer_and_comes_back(corpus, monkeypatch):
    folder, split, segments = corpus
    monkeypatch.setattr(clip_description, "find_pulse", pulse_of)
    (folder / "codec").mkdir()
    save_codec(folder / "codec", codec_card(), small.codec(), small.pca())
    settings = PriorModel(
        styles=2, prior_strength_clips=1.0, shrinkage=0.2, residual_noise=0.7, style_temperature=0.5
    )
    sizes = DenoiserModel(**DENOISER), DenoiserTraining(**DENOISER_TRAINING | {"max_steps": 0})

    def fit(rows):
        return fit_to_features(settings, *sizes, folder / "codec", folder, rows, Checkpoint())

    card, prior, _ = fit(split)
    # nine blocks are 72 frames: umm/1's first and qasabgi/2's second, each from four places on
    chosen = [segments["umm/1", 0], segments["qasabgi/2", 1]]
    umm, qasabgi = (describe_clip(small.codec(), clip) for clip in chosen)
    # a composer of one clip is drawn half way to the mean of both, as each clip counts once
    expected = 0.5 * np.stack([qasabgi.code, umm.code]) + 0.25 * (qasabgi.code + umm.code)
    np.testing.assert_allclose(prior.styles.means[:, : len(umm.code)], expected, atol=1e-5)
    styles = fit_styles([umm, qasabgi], np.array([1, 0]), 2, settings)
    np.testing.assert_allclose(prior.styles.means, styles.means, atol=1e-5)
    np.testing.assert_allclose(prior.styles.spread, styles.spread, atol=1e-5)
    pulses = [pulse_of(clip) for clip in chosen]
    found = zip(prior.pulses.strength, prior.pulses.cycle_frames, strict=True)
    assert [(pytest.approx(each.strength), each.cycle_frames) for each in pulses] == list(found)
    assert prior.pulses.composer.tolist() == [1, 0]
    assert (card.clips, card.codec_sha256) == (2, small.codec().sha256)
    assert (card.composers, card.labels) == (("qasabgi", "umm"), ("QASABGI", "UMM"))

    (folder / "prior").mkdir()
    save_prior(folder / "prior", card, prior)
    loaded = load_prior(folder / "prior", load_codec(folder / "codec"))
    other = replace(small.codec(), spectrum_pca=fit_pca(np.stack(small.clips()[0]), 4))
    (folder / "other").mkdir()
    save_codec(folder / "other", codec_card(), other, small.pca())
    with pytest.raises(TakhtError, match="prior: was trained on another codec; run"):
        load_prior(folder / "prior", load_codec(folder / "other"))
    for composer in (0, 1, None):
        ours, theirs = (
            each.draw(composer, 3.0, np.random.default_rng(1)) for each in (loaded, prior)
        )
        for one, same in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, same)
    few = replace(prior.styles, mean=prior.styles.mean[1:])
    save_prior(folder / "prior", card, replace(prior, styles=few))
    with pytest.raises(TakhtError, match="one model"):
        load_prior(folder / "prior", small.codec())
    save_prior(folder / "prior", card, prior)
    for wrong in (
        {"strength": [0.5, 1.5]},
        {"cycle_frames": [0, 3]},
        {"cycle_frames": [9, 999]},
        {"composer": [0, 0]},
    ):
        pulses = {"composer": [0, 1], "strength": [0.5, 0.5], "cycle_frames": [2, 3]} | wrong
        arrays = {name: np.array(values) for name, values in pulses.items()}
        write_arrays(folder / "prior", "pulses", arrays)
        with pytest.raises(TakhtError, match="one model"):
            load_prior(folder / "prior", small.codec())
    save_prior(folder / "prior", card.model_copy(update={"labels": ("UMM",)}), prior)
    with pytest.raises(TakhtError, match="one model"):
        load_prior(folder / "prior", small.codec())
    only = split[split["recording"] != "umm/1"]
    with pytest.raises(TakhtError, match="composer umm: has no training clip of 9 blocks"):
        fit(only)
