"""The prior draws pieces in their composer's style, whose latents move as in music."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import yaml
from generation_corpus import MODEL, TRAINING, contents, run_stage, write_spectrograms
from pipeline import ROOT

from takht.errors import TakhtError
from takht.generation.codec.mean_spectrum import SpectrumPca
from takht.generation.codec.residual_noise import BAND_GROUPS, LEVELS, add_residual_noise
from takht.generation.pieces.load import load_codec, load_prior
from takht.generation.prior.fit import ClipDescription, fit_prior
from takht.generation.prior.prior import ar1_smooth
from takht.generation.prior.settings import PriorModel

PRIOR = {
    "styles": 6,
    "prior_strength_clips": 1.0,
    "shrinkage": 0.2,
    "residual_noise": 1.0,
    "style_temperature": 1.0,
    "compared_latents": 4,
    "neighbours": 6,
}
LATENTS, BLOCK_FRAMES, BLOCKS = 6, 8, 170


class Basis:
    deviations = np.linspace(1.5, 0.5, LATENTS).astype(np.float32)


class Codec:
    """All that the prior asks of a codec."""

    basis = Basis()
    spectrum_pca = SpectrumPca(
        np.zeros(256, np.float32), np.eye(3, 256, dtype=np.float32), np.ones(3, np.float32)
    )


def trajectory(rng: np.random.Generator, keep: float) -> np.ndarray:
    """Latents that each follow themselves, latent 1 following latent 0 as well."""
    found = np.zeros((BLOCKS + 50, LATENTS))
    for t in range(1, len(found)):
        found[t] = keep * found[t - 1] + rng.normal(size=LATENTS)
        found[t, 1] += 0.4 * found[t - 1, 0]
    return found[50:].astype(np.float32)


def clips(
    composers: int = 3, each: int = 6, keep: float = 0.7
) -> tuple[list[ClipDescription], np.ndarray]:
    """Clips whose mean spectrum and the scale of whose latents tell the composer."""
    rng = np.random.default_rng(1)
    found, numbers = [], []
    for composer in range(composers):
        for _ in range(each):
            latents = trajectory(rng, keep) * np.exp(0.8 * (composer - 1))
            code = np.full(3, 2.0 * composer) + rng.normal(0, 0.3, 3)
            levels = rng.normal(composer, 0.1, LEVELS)
            envelope = rng.normal(0, 0.2, BLOCKS * BLOCK_FRAMES)
            parts = (code, latents, levels, envelope, np.full(4, 1.2))
            found.append(ClipDescription(*(part.astype(np.float32) for part in parts)))
            numbers.append(composer)
    return found, np.array(numbers)


def fit(found, numbers, validation=None, **changes):
    settings = PriorModel(**PRIOR | changes)
    names = [f"c{number}" for number in range(3)]
    watched = found[:4] if validation is None else validation
    return fit_prior(found, watched, numbers, names, names, Codec(), settings)


@pytest.fixture(scope="module")
def prior():
    return fit(*clips())[0]


def test_pieces_have_their_composers_colour_scale_and_texture(prior):
    for composer in range(3):
        drawn = [prior.draw(composer, 30, np.random.default_rng(seed)) for seed in range(12)]
        spectrum_pca = np.mean([mean_spectrum[:3] for mean_spectrum, _, _ in drawn])
        scales = np.mean([np.log(latents.std(axis=0)).mean() for _, latents, _ in drawn])
        levels = np.mean([residual.levels.mean() for _, _, residual in drawn])
        assert spectrum_pca == pytest.approx(2 * composer, abs=0.6)
        own = np.mean([np.log(clip.scales).mean() for clip in clips()[0][6 * composer :][:6]])
        assert scales == pytest.approx(own, abs=0.2)
        assert levels == pytest.approx(composer, abs=0.3)


def test_courses_remember_as_the_clips_do(prior):
    """Correlations from block to block, of a latent with itself and with another."""

    def lagged(latents: np.ndarray) -> np.ndarray:
        unit = (latents - latents.mean(axis=0)) / latents.std(axis=0)
        return unit[1:].T @ unit[:-1] / len(unit)

    theirs = np.mean([lagged(clip.latents) for clip in clips()[0]], axis=0)
    ours = np.mean(
        [lagged(prior.draw(1, 60, np.random.default_rng(s))[1]) for s in range(10)], axis=0
    )
    np.testing.assert_allclose(ours[:4, :4], theirs[:4, :4], atol=0.15)  # those it compares
    assert theirs[1, 0] > theirs[0, 1] + 0.2  # the oracle has a direction


def test_a_course_goes_on_as_the_composers_music_does(prior):
    """What follows is the successor of a block alike, of the composer's own, and never the next."""
    walk = prior.walk(1, 400, np.random.default_rng(1))
    assert set(prior.composer_of_clip[prior.clip_of_block[walk]]) == {1}
    assert not np.any(np.diff(walk) == 1)
    leading = prior.trajectories[:, :4] * prior.compared
    own = np.flatnonzero(prior.composer_of_clip[prior.clip_of_block] == 1)
    before = walk[1:] - 1  # whose successors were taken
    assert (prior.clip_of_block[before] == prior.clip_of_block[walk[1:]]).all()
    for here, like in zip(walk[:50], before[:50], strict=False):
        distances = np.sum((leading[own] - leading[here]) ** 2, axis=1)
        rank = np.sum(distances < np.sum((leading[like] - leading[here]) ** 2))
        assert rank < 6 + 9  # those within four blocks of it do not count


def test_a_cycle_is_gone_through_in_its_order():
    """Of clips that repeat A B C D, pieces do: an order that chance keeps once in 4^400."""
    turns = np.linspace(0, 2 * np.pi, 4, endpoint=False)
    shapes = np.stack([np.cos(turns + phase) for phase in range(LATENTS)], axis=1)
    cycle = np.tile(shapes, (40, 1)).astype(np.float32)
    noise = np.random.default_rng(4)
    found, numbers = clips()
    found = [
        dataclasses.replace(
            clip,
            latents=(cycle + noise.normal(0, 0.05, cycle.shape)).astype(np.float32),
            envelope=clip.envelope[: 160 * BLOCK_FRAMES],
        )
        for clip in found
    ]
    prior, judged = fit(found, numbers)
    walk = prior.walk(0, 400, np.random.default_rng(1))
    assert set(np.diff(walk % 4) % 4) == {1}
    assert judged["unexplained_variance"].max() < 0.05


def test_noise_cannot_be_foreseen_but_the_mean_of_many_harms_least():
    found, numbers = clips(keep=0.0)
    rng = np.random.default_rng(5)
    found = [
        dataclasses.replace(clip, latents=rng.normal(size=clip.latents.shape).astype(np.float32))
        for clip in found
    ]
    _, judged = fit(found[3:], numbers[3:], found[:3])
    assert judged["neighbours"].tolist() == [1, 2, 4, 8, 16, 32, 64]
    # a successor of 1 has twice the variance, the mean of n has 1 + 1/n
    expected = 1 + 1 / judged["neighbours"]
    np.testing.assert_allclose(judged["unexplained_variance"], expected, atol=0.3)
    assert (np.diff(judged["unexplained_variance"]) < 0).all()


@pytest.mark.parametrize(("seconds", "blocks"), [(1.0, 11), (10.0, 108), (60.0, 647)])
def test_a_piece_is_as_long_as_asked(prior, seconds, blocks):
    mean_spectrum, latents, residual = prior.draw(None, seconds, np.random.default_rng(1))
    assert mean_spectrum.shape == (256,)
    assert latents.shape == (blocks, LATENTS)
    assert residual.envelope.shape == (blocks * BLOCK_FRAMES,)
    assert (blocks - 1) * BLOCK_FRAMES * 256 / 22_050 <= seconds + 256 / 22_050
    assert (blocks * BLOCK_FRAMES - 1) * 256 / 22_050 >= seconds


def test_the_generator_alone_decides(prior):
    first, same, other = (prior.draw(0, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first[1], same[1])
    assert first[2].seed == same[2].seed != other[2].seed
    assert not np.allclose(first[1], other[1], atol=0.1)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_style_temperature_scales_how_far_pieces_are_from_their_composer(prior, temperature):
    varied = dataclasses.replace(prior, style_temperature=temperature)
    spectrum_pca = [varied.draw(0, 1, np.random.default_rng(seed))[0][:3] for seed in range(60)]
    within = [clip.code for clip in clips()[0][:6]]
    expected = temperature * np.std(within, axis=0, ddof=1).mean()
    assert np.std(spectrum_pca, axis=0).mean() == pytest.approx(expected, rel=0.35, abs=1e-6)


def test_texture_is_as_strong_as_asked_and_keeps_its_shape(prior):
    half = dataclasses.replace(prior, residual=0.5)
    full, quiet = (p.draw(0, 5, np.random.default_rng(1))[2] for p in (prior, half))
    difference = quiet.levels - full.levels
    np.testing.assert_allclose(difference[:BAND_GROUPS], np.log(0.5), atol=1e-5)
    np.testing.assert_array_equal(difference[BAND_GROUPS:], 0)
    np.testing.assert_allclose(full.fine_gains, 1.2, rtol=1e-6)


def test_walks_linger_until_they_remember_as_clips_do():
    """Random walks through slow music are as slow again; those through noise are left alone."""

    def memory(trajectory: np.ndarray) -> float:
        centred = trajectory - trajectory.mean(axis=0)
        return float(np.sum(centred[1:] * centred[:-1]) / np.sum(centred**2))

    found, numbers = clips(keep=0.5)
    prior, _ = fit(found, numbers, neighbours=1000)
    assert prior.persistence > 0.1
    ours = [memory(prior.draw(c, 60, np.random.default_rng(c))[1][:, :4]) for c in range(3)]
    theirs = [memory(clip.latents[:, :4]) for clip in found]
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=0.1)
    assert fit(*clips(keep=0.0), neighbours=1000)[0].persistence < 0.1


def test_lingering_is_a_geometric_series():
    trajectory = np.zeros((5, 2), np.float32)
    trajectory[1] = 1
    expected = [0, 1, 0.5, 0.25, 0.125]
    np.testing.assert_allclose(ar1_smooth(trajectory, 0.5), np.stack([expected] * 2, axis=1))


def test_the_order_of_clips_does_not_matter_to_styles(prior):
    found, numbers = clips()
    order = np.random.default_rng(3).permutation(len(found))
    other, _ = fit([found[i] for i in order], numbers[order])
    np.testing.assert_allclose(other.means[:, :3], prior.means[:, :3], atol=1e-4)
    spreads = [(found.root @ found.root.T)[:3, :3] for found in (other, prior)]
    np.testing.assert_allclose(*spreads, atol=1e-3)


def test_a_composer_of_one_clip_is_drawn_half_way_to_the_others():
    found, numbers = clips()
    few = [*range(6), 6, *range(12, 18)]
    prior, _ = fit([found[i] for i in few], numbers[few])
    codes = np.stack([found[i].code for i in few])
    expected = (codes.mean(axis=0) + found[6].code) / 2
    np.testing.assert_allclose(prior.means[1, :3], expected, atol=1e-4)


@pytest.mark.slow
def test_prior_train_writes_the_same_bytes_and_they_load_again(tmp_path):
    write_spectrograms(tmp_path, "generation_mel")
    run_stage(tmp_path, "vae", "generation_mel", "vae")
    parameters = {
        "generation": {"models": MODEL, "prior": PRIOR},
        "scales": {"s": {"generation": TRAINING | {"prior": {"clips_per_composer": 2}}}},
    }
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(parameters), encoding="utf-8")
    for name in ("first", "second"):
        words = [
            "scale=s",
            "vae/model",
            "generation_mel",
            "split.csv",
            f"{name}/m",
            f"{name}/neighbours.csv",
        ]
        subprocess.run(
            [sys.executable, ROOT / "src/train_prior.py", *words], cwd=tmp_path, check=True
        )
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    folder = tmp_path / "first/m"
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert card["clips"] == 6
    assert card["composers"] == ["c0", "c1", "c2"]
    assert card["labels"][0] == "ملحن 0"
    prior, codec = load_prior(folder), load_codec(tmp_path / "vae/model")
    frames = add_residual_noise(codec, *prior.draw(2, 4.0, np.random.default_rng(1)))
    assert frames.shape[1] == 256
    assert frames.min() >= 0
    assert frames.max() <= 1

    text = (folder / "model.json").read_text(encoding="utf-8")
    for wrong, match in (
        (text.replace('"version": 1', '"version": 9'), "version.*got 9"),
        (text.replace('"style_prior"', '"other"'), "kind.*got 'other'"),
        (text.replace('"latents": 8', '"latents": 7'), "do not belong to one model"),
    ):
        (folder / "model.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(TakhtError, match=match) as error:
            load_prior(folder)
        assert len(str(error.value).splitlines()) == 1


def test_a_missing_folder_is_one_line(tmp_path):
    with pytest.raises(TakhtError, match=r"holds no model; .*dvc repro generation") as error:
        load_prior(tmp_path / "prior")
    assert len(str(error.value).splitlines()) == 1
