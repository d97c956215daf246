"""The prior draws pieces in their composer's style, whose blocks go on as in music."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from generation_corpus import (
    DENOISER,
    DENOISER_TRAINING,
    PRIOR,
    run_stage,
    write_spectrograms,
)
from tasks import contents

from takht.cache import checkpoint as checkpoints
from takht.cache.checkpoint import Checkpoint
from takht.core import tensorflow_setup
from takht.errors import TakhtError
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.codec_folder import load_codec
from takht.generation.codec.fine_detail import BANDS, BINS
from takht.generation.codec.pca import Pca
from takht.generation.codec.residual_noise import LEVELS
from takht.generation.pieces.pieces import compose_piece
from takht.generation.pieces.tempo import set_tempo
from takht.generation.prior.clip_description import ClipDescription
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.denoiser import Denoiser
from takht.generation.prior.prior_folder import PriorCard, load_prior, save_prior
from takht.generation.prior.pulses import NO_PULSE
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining, PriorModel
from takht.generation.prior.styles import fit_styles
from takht.generation.prior.training_set import TrainingSet, make_prior

tensorflow_setup.set_up(1)

from takht.generation.prior_training import fit as fitting  # noqa: E402
from takht.generation.prior_training import loop  # noqa: E402
from takht.generation.prior_training.fit import fit_denoised_blocks  # noqa: E402
from takht.generation.prior_training.windows import Windows  # noqa: E402

LATENTS, BLOCK_FRAMES, BLOCKS = 6, 8, 170


CODEC = LappedPca(
    LappedBasis(
        analysis=np.eye(BINS, LATENTS, dtype=np.float32),
        synthesis=np.eye(LATENTS, BINS, dtype=np.float32),
        temporal_components=np.kron(
            np.full((BLOCK_FRAMES, 1), BLOCK_FRAMES**-0.5), np.eye(LATENTS)
        ).astype(np.float32),
        deviations=np.linspace(1.5, 0.5, LATENTS).astype(np.float32),
    ),
    Pca(np.zeros(BINS, np.float32), np.eye(3, BINS, dtype=np.float32), np.ones(3, np.float32)),
    np.ones(BANDS, np.float32),
)


def trajectory(rng: np.random.Generator, keep: float) -> np.ndarray:
    """Latents that each follow themselves, latent 1 following latent 0 as well."""
    found = np.zeros((BLOCKS + 50, LATENTS))
    for t in range(1, len(found)):
        found[t] = keep * found[t - 1] + rng.normal(size=LATENTS)
        found[t, 1] += 0.4 * found[t - 1, 0]
    return found[50:].astype(np.float32)


def clips(keep: float | None = None) -> tuple[list[ClipDescription], np.ndarray]:
    """Clips whose mean spectrum, scales of latents and, of no one `keep`, slowness tell who."""
    rng = np.random.default_rng(1)
    found, numbers = [], []
    for composer in range(3):
        for _ in range(6):
            own = (-0.6, 0.0, 0.8)[composer] if keep is None else keep
            latents = trajectory(rng, own) * np.exp(0.8 * (composer - 1))
            code = np.full(3, 2.0 * composer) + rng.normal(0, 0.3, 3)
            levels = rng.normal(composer, 0.1, LEVELS)
            parts = (part.astype(np.float32) for part in (code, latents, levels))
            found.append(ClipDescription(*parts, NO_PULSE))
            numbers.append(composer)
    return found, np.array(numbers)


LABELS = {f"c{number}": f"c{number}" for number in range(3)}


def fit(found, numbers, steps=0, checkpoint=None, **changes):
    """Return a prior whose blocks a denoiser makes, and its learning curve."""
    settings, size = PriorModel(**PRIOR), DENOISER_TRAINING | {"max_steps": steps}
    train, watched = TrainingSet(found, numbers), TrainingSet(found[::6], numbers[::6])
    styles = fit_styles(train.clips, train.composer, 3, settings)
    blocks, curve = fit_denoised_blocks(
        train,
        watched,
        styles,
        1.0,
        CODEC,
        DenoiserModel(**DENOISER | changes),
        DenoiserTraining(**size),
        checkpoint or Checkpoint(),
    )
    return make_prior(train, LABELS, CODEC, styles, blocks, settings), curve


def memory(blocks: np.ndarray) -> float:
    """The correlation of latents with themselves a block later."""
    return float(np.sum(blocks[1:] * blocks[:-1]) / np.sum(blocks**2))


def test_memory_does_not_grow_with_the_windows(monkeypatch):
    """18 clips have 2,934 windows, which overlap; 256 of them are read at a time."""
    read, sizes = Windows.read, []

    def counted(windows, places):
        sizes.append(len(places))
        return read(windows, places)

    monkeypatch.setattr(Windows, "read", counted)
    fit(*clips())
    assert sum(sizes) > 18 * 163
    assert max(sizes) <= 256


def test_few_windows_evenly_spread_are_validated(monkeypatch):
    """Of 3 clips of 21 windows each, 30 are; no training window is left out."""
    train_denoiser, sides = fitting.train_denoiser, []

    def training(train, validation, *words):
        sides.extend([train[0], validation[0]])
        return train_denoiser(train, validation, *words)

    monkeypatch.setattr(fitting, "train_denoiser", training)
    monkeypatch.setattr(fitting, "_MOST_VALIDATED", 30)
    fit(*clips())
    train, validation = sides
    assert len(train.starts) == 18 * 163
    assert np.bincount(validation.clip).tolist() == [10, 10, 10]
    assert set(np.diff(validation.starts[:10]).tolist()) <= {16, 24}


def test_the_spread_of_what_is_drawn_is_measured_on_every_composer(monkeypatch):
    monkeypatch.setattr(fitting, "_MEASURED_PIECES", 1)
    asked, draw = [], DenoisedBlocks.draw

    def drawing(blocks, composer, *words):
        asked.append(composer)
        return draw(blocks, composer, *words)

    monkeypatch.setattr(DenoisedBlocks, "draw", drawing)
    fit(*clips())
    assert asked == [0, 1, 2]


@pytest.fixture(scope="module")
def untrained():
    return fit(*clips())[0]


@pytest.fixture(scope="module")
def trained():
    return fit(*clips(), steps=500, guidance=3.0)


def test_pieces_have_their_composers_mean_spectrum_scales_and_noise(untrained):
    for composer in range(3):
        drawn = [untrained.draw(composer, 20, np.random.default_rng(seed)) for seed in range(12)]
        code = np.mean([mean_spectrum[:3] for mean_spectrum, _, _ in drawn])
        scales = np.mean([np.log(latents.std(axis=0)).mean() for _, latents, _ in drawn])
        levels = np.mean([levels.mean() for _, _, levels in drawn])
        assert code == pytest.approx(2 * composer, abs=0.6)
        own = np.mean([np.log(clip.scales).mean() for clip in clips()[0][6 * composer :][:6]])
        assert scales == pytest.approx(own, abs=0.2)
        assert levels == pytest.approx(composer, abs=0.3)


def return_rate(blocks: np.ndarray, later: int) -> float:
    """The correlation of blocks with themselves so much later."""
    return float(np.sum(blocks[later:] * blocks[:-later]) / np.sum(blocks[later:] ** 2))


@pytest.mark.parametrize("composer", [0, 1, 2])
def test_a_piece_comes_back_as_the_clips_of_its_composer_do(trained, composer):
    """Those of 0 have a cycle of 40 frames, those of 1 one of 56, those of 2 no pulse."""
    pulses = dataclasses.replace(
        trained[0].pulses,
        strength=np.repeat([0.8, 0.8, 0.0], 6).astype(np.float32),
        cycle_frames=np.repeat([5 * BLOCK_FRAMES, 7 * BLOCK_FRAMES, 1], 6),
    )
    prior = dataclasses.replace(trained[0], pulses=pulses)
    drawn = [prior.draw(composer, 20, np.random.default_rng(seed))[1] for seed in range(6)]
    found = np.mean([[return_rate(each, later) for later in (10, 14)] for each in drawn], axis=0)
    wanted = [number == composer for number in (0, 1)]
    assert (found > 0.4).tolist() == wanted


def test_a_piece_comes_back_at_the_tempo_that_was_asked_for(trained):
    """At 120 beats a minute a cycle is five beats, 215 frames; pulses of 0 become .5."""
    at_tempo = set_tempo(trained[0], 120)
    assert set(at_tempo.pulses.cycle_frames.tolist()) == {215}
    assert at_tempo.pulses.strength.tolist() == [0.5] * 18
    eighth = set_tempo(trained[0], 161.5)  # six beats of 32 frames, 24 blocks
    drawn = [eighth.draw(1, 40, np.random.default_rng(seed))[1] for seed in range(6)]
    assert np.mean([return_rate(each, 24) for each in drawn]) > 0.3
    assert abs(np.mean([return_rate(each, 19) for each in drawn])) < 0.15


def test_untrained_it_draws_from_the_gaussian_of_all_music(untrained):
    """Memory from block to block is the mean of all composers', whoever is asked for."""
    theirs = np.mean([memory(clip.trajectory) for clip in clips()[0]])
    for composer in range(3):
        drawn = [untrained.draw(composer, 60, np.random.default_rng(s))[1] for s in range(3)]
        scaled = [latents / latents.std(axis=0) for latents in drawn]
        assert np.mean([memory(latents) for latents in scaled]) == pytest.approx(theirs, abs=0.08)


def test_it_learns_how_each_composers_music_goes_on(trained):
    """One turns back at each block, one forgets, one is slow; composer and style tell it."""
    prior, curve = trained
    assert curve["step"].tolist()[0] == 0
    assert curve["validation_loss"].iloc[0] == pytest.approx(1)
    assert curve["validation_loss"].min() < 0.98
    found = []
    for composer in range(3):
        drawn = [prior.draw(composer, 60, np.random.default_rng(s))[1] for s in range(3)]
        found.append(np.mean([memory(latents / latents.std(axis=0)) for latents in drawn]))
    assert found[0] < found[1] - 0.2
    assert found[2] > found[1] + 0.2


def test_a_training_that_was_killed_goes_on_and_ends_the_same(monkeypatch, capsys):
    monkeypatch.setattr(checkpoints, "LEAST_SECONDS", 0)
    monkeypatch.setattr(checkpoints, "_LEAST_RATIO", 0)
    draw, drawn = loop._draw_batch, []

    def drawing(stop):
        def counted(*words):
            drawn.append(1)
            if len(drawn) == stop:
                raise InterruptedError
            return draw(*words)

        drawn.clear()
        return counted

    def opened():
        kept = Checkpoint("train_prior", "step")
        kept.open([fit_denoised_blocks], "here", [])
        return kept

    asked = {"steps": 12, "dropout": 0.2}
    whole, curve = fit(*clips(), **asked)
    monkeypatch.setattr(loop, "_draw_batch", drawing(9))
    with pytest.raises(InterruptedError):
        fit(*clips(), checkpoint=opened(), **asked)
    monkeypatch.setattr(loop, "_draw_batch", drawing(0))
    resumed, resumed_curve = fit(*clips(), checkpoint=opened(), **asked)
    assert "train_prior: goes on after step 8" in capsys.readouterr().err
    assert len(drawn) == 4
    pd.testing.assert_frame_equal(resumed_curve, curve, check_exact=True)
    for name, value in whole.blocks.denoiser.weights.items():
        np.testing.assert_array_equal(resumed.blocks.denoiser.weights[name], value)
    np.testing.assert_array_equal(resumed.blocks.deviations, whole.blocks.deviations)


def test_guidance_sets_composers_apart(trained):
    style = np.zeros(len(trained[0].styles.centre), np.float32)
    noise = np.random.default_rng(1).standard_normal((20, LATENTS), np.float32)

    def apart(guidance):
        blocks = dataclasses.replace(trained[0].blocks, guidance=guidance)
        one, other = (blocks.draw(c, style, noise) for c in (0, 2))
        return np.abs(one - other).max()

    assert apart(3.0) > 1.5 * apart(1.0) > 0.1


def test_guidance_acts_at_medium_noise_alone(trained, monkeypatch):
    blocks, guided, seen = trained[0].blocks, [], []

    def denoise(_, noisy, sigma, composer, _style):
        (seen if composer.any() else guided).append(sigma)
        return noisy

    monkeypatch.setattr(Denoiser, "denoise", denoise)
    style = np.zeros(len(trained[0].styles.centre), np.float32)
    blocks.draw(0, style, np.zeros((20, LATENTS), np.float32))
    assert guided == [sigma for sigma in seen if 0.3 <= sigma <= 3.0]
    assert 0 < len(guided) < len(seen)


def test_temperature_scales_the_noise(trained):
    blocks, style = trained[0].blocks, np.zeros(len(trained[0].styles.centre), np.float32)
    noise = np.random.default_rng(1).standard_normal((20, LATENTS), np.float32)
    cool = dataclasses.replace(blocks, temperature=0.5)
    np.testing.assert_array_equal(cool.draw(0, style, 2 * noise), blocks.draw(0, style, noise))


@pytest.mark.parametrize(("length", "temperature"), [(5, 1.0), (8, 0.7), (30, 1.0)])
def test_the_noise_of_music_makes_this_music_again(trained, length, temperature):
    """Also of music that is shorter than a window, of 8 blocks."""
    blocks = dataclasses.replace(trained[0].blocks, temperature=temperature)
    music = clips()[0][7].trajectory[40:][:length]
    noise = blocks.recover_noise(music)
    assert noise.shape == music.shape
    again = blocks.draw_freely(noise)
    assert np.mean((again - music) ** 2) < 0.05 * np.mean(music**2)
    # as strong as what is drawn, which is 1 without guidance, over the temperature
    assert np.std(noise) == pytest.approx(blocks.deviations.mean() / temperature, abs=0.3)


def test_what_is_drawn_is_as_spread_as_music(trained):
    drawn = [trained[0].draw(c, 60, np.random.default_rng(s)) for c in range(3) for s in range(3)]
    clips_scales = [np.log(clip.scales) for clip in clips()[0]]
    ours = [np.log(latents.std(axis=0)) for _, latents, _ in drawn]
    assert np.mean(ours) == pytest.approx(np.mean(clips_scales), abs=0.2)


def test_no_array_of_a_model_folder_holds_part_of_a_training_clip(trained, tmp_path):
    """Nothing in it is as long as the music is, and no two numbers of the music are in it."""
    prior, music = trained[0], clips()[0]
    empty = {"features": {}, "model": {}, "training": {}, "libraries": {}, "parameters": 1}
    sizes = {"codec_sha256": CODEC.sha256, "clips": len(music)}
    chosen = {"guidance": 3.0, "temperature": 1.0, "sampling_steps": 8}
    chosen |= {"residual_noise": 1.0, "style_temperature": 1.0}
    names = {"composers": tuple(LABELS), "labels": tuple(LABELS)}
    save_prior(tmp_path, PriorCard(**empty, **sizes, **chosen, **names), prior)
    arrays = {
        f"{file.name} {name}": array
        for file in tmp_path.glob("*.npz")
        for name, array in np.load(file).items()
    }
    assert len(arrays) > 25
    blocks = sum(len(clip.latents) for clip in music)
    numbers = [(clip.latents, clip.trajectory) for clip in music]
    known = np.concatenate([part.ravel() for parts in numbers for part in parts])
    for name, array in arrays.items():
        assert max(array.shape) < blocks / 5, name
        found = np.isin(array.ravel(), known)  # one number alone may be there by chance
        assert not (found[1:] & found[:-1]).any(), name


@pytest.mark.parametrize(("seconds", "blocks"), [(0.5, 8), (1.0, 11), (10.0, 108), (60.0, 647)])
def test_a_piece_is_as_long_as_asked(untrained, seconds, blocks):
    mean_spectrum, latents, levels = untrained.draw(None, seconds, np.random.default_rng(1))
    assert mean_spectrum.shape == (513,)
    assert latents.shape == (blocks, LATENTS)
    assert levels.shape == (LEVELS,)
    window = untrained.blocks.denoiser.window_blocks
    shortest = max(blocks - 1, window - 1) * BLOCK_FRAMES * 256 / 22_050
    assert shortest <= max(seconds + 256 / 22_050, window * BLOCK_FRAMES * 256 / 22_050)
    assert (blocks * BLOCK_FRAMES - 1) * 256 / 22_050 >= seconds


def test_the_generator_alone_decides(untrained):
    first, same, other = (untrained.draw(0, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first[1], same[1])
    assert np.array_equal(first[2], same[2])
    assert not np.allclose(first[1], other[1], atol=0.1)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_style_temperature_scales_how_far_pieces_are_from_their_composer(untrained, temperature):
    varied = dataclasses.replace(untrained, style_temperature=temperature)
    spectra = [varied.draw(0, 1, np.random.default_rng(seed))[0][:3] for seed in range(60)]
    within = [clip.code for clip in clips()[0][:6]]
    expected = temperature * np.std(within, axis=0, ddof=1).mean()
    assert np.std(spectra, axis=0).mean() == pytest.approx(expected, rel=0.35, abs=1e-6)


def test_noise_is_as_strong_as_asked_and_keeps_its_shape(untrained):
    half = dataclasses.replace(untrained, residual_noise=0.5)
    full, quiet = (p.draw(0, 5, np.random.default_rng(1))[2] for p in (untrained, half))
    difference = quiet - full
    np.testing.assert_allclose(difference[:BANDS], np.log(0.5), atol=1e-5)
    np.testing.assert_array_equal(difference[BANDS:], 0)


def styles_of(found, numbers):
    return fit_styles(found, numbers, 3, PriorModel(**PRIOR))


def test_the_order_of_clips_does_not_matter_to_styles():
    found, numbers = clips()
    order = np.random.default_rng(3).permutation(len(found))
    other, same = styles_of([found[i] for i in order], numbers[order]), styles_of(found, numbers)
    np.testing.assert_allclose(other.means[:, :3], same.means[:, :3], atol=1e-4)
    spreads = [(styles.root @ styles.root.T)[:3, :3] for styles in (other, same)]
    np.testing.assert_allclose(*spreads, atol=1e-3)


def test_a_composer_of_one_clip_is_drawn_half_way_to_the_others():
    found, numbers = clips()
    few = [*range(6), 6, *range(12, 18)]
    styles = styles_of([found[i] for i in few], numbers[few])
    codes = np.stack([found[i].code for i in few])
    expected = (codes.mean(axis=0) + found[6].code) / 2
    np.testing.assert_allclose(styles.means[1, :3], expected, atol=1e-4)


def test_a_clips_own_numbers_give_its_style_back():
    """All but what the axes leave over; standardised, they have mean 0 and deviation 1."""
    found, numbers = clips()
    styles = styles_of(found, numbers)
    read = styles.read_numbers(found)
    wanted = np.stack([np.concatenate([np.log(clip.scales), clip.levels]) for clip in found])
    left = wanted - (styles.mean + read[:, 3:] @ styles.axes)
    np.testing.assert_allclose(left.std(axis=0), styles.rest, atol=1e-3)
    assert np.mean(left**2) < 0.1 * np.mean((wanted - wanted.mean(axis=0)) ** 2)
    units = styles.standardise(read)
    np.testing.assert_allclose(units.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(units.std(axis=0), 1, atol=1e-3)


def test_clips_shorter_than_a_window_are_refused_in_one_line():
    found, numbers = clips()
    short = [dataclasses.replace(clip, latents=clip.latents[:7]) for clip in found]
    with pytest.raises(TakhtError, match="no training clip has the 8 blocks of a window"):
        fit(short, numbers)


@pytest.mark.slow
def test_train_prior_writes_the_same_bytes_and_they_load_again(tmp_path):
    write_spectrograms(tmp_path, "generation_spectrogram")
    run_stage(tmp_path, "fit_codec", "generation_spectrogram", "split.csv", "codec")
    for name in ("first", "second"):
        words = ["scale=s", "codec", "generation_spectrogram", "split.csv", f"{name}/m"]
        run_stage(tmp_path, "train_prior", *words, f"{name}/curve.csv")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    folder = tmp_path / "first/m"
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert card["clips"] == 9
    assert card["composers"] == ["c0", "c1", "c2"]
    assert card["labels"][0] == "ملحن 0"
    codec = load_codec(tmp_path / "codec")
    prior = load_prior(folder, codec)
    frames = compose_piece(prior, 2, 4.0, np.random.default_rng(1))
    assert frames.shape[1] == 513
    assert frames.min() >= 0
    assert frames.max() <= 1

    text = (folder / "model.json").read_text(encoding="utf-8")
    for wrong, match in (
        (text.replace('"version": 1', '"version": 9'), "version.*got 9"),
        (text.replace('"style_prior"', '"other"'), "kind.*got 'other'"),
        (text.replace(codec.sha256, "0" * 64), "was trained on another codec; run"),
    ):
        (folder / "model.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(TakhtError, match=match) as error:
            load_prior(folder, codec)
        assert len(str(error.value).splitlines()) == 1


def test_a_missing_folder_is_one_line(tmp_path):
    with pytest.raises(TakhtError, match=r"holds no model; .*dvc repro generation") as error:
        load_prior(tmp_path / "prior", CODEC)
    assert len(str(error.value).splitlines()) == 1
