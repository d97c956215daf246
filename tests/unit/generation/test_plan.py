"""The stage's sounds: which there are, where they go, and that files and pictures are there."""

import generation_models as small
import numpy as np
import pytest
import soundfile
from PIL import Image

from takht.generation.metrics.generated_folder import compare_reconstructions
from takht.generation.pieces.plan import (
    GenerationPlan,
    choose_excerpt,
    group_into_figures,
    one_per_figure,
    plan_continuation,
    plan_morphs,
    plan_pca_samples,
    plan_pieces,
    plan_reconstructions,
    plan_study_samples,
)
from takht.generation.pieces.render import render_figure
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import level_spectrogram

SIZES = GenerationPlan(
    unconditional=2, per_composer=2, seconds=6.0, long_seconds=60.0, reference_windows=7, seed=1
)


@pytest.fixture(scope="module")
def prior():
    return small.Forgetful(small.codec())


def test_pieces_are_of_nobody_of_each_composer_and_one_is_long(prior):
    items = list(plan_pieces(prior, SIZES))
    assert [(item.file, item.composer) for item in items] == [
        ("unconditional/01", ""),
        ("unconditional/02", ""),
        ("composers/qasabgi-1", "qasabgi"),
        ("composers/qasabgi-2", "qasabgi"),
        ("composers/umm-1", "umm"),
        ("composers/umm-2", "umm"),
        ("long/piece", ""),
    ]
    assert all(len(item.frames) >= item.seconds * 22_050 / 256 for item in items)
    assert items[-1].seconds == 60
    assert not np.array_equal(items[0].frames, items[1].frames)


def test_a_piece_does_not_depend_on_how_many_there_are(prior):
    more = SIZES.model_copy(update={"unconditional": 1, "per_composer": 3})
    few = {item.file: item.frames for item in plan_pieces(prior, SIZES)}
    many = {item.file: item.frames for item in plan_pieces(prior, more)}
    for file in few.keys() & many.keys():
        np.testing.assert_array_equal(few[file], many[file])


def test_independent_draws_are_as_spread_as_the_clips_and_forget():
    pca, music = small.pca(), small.clips()
    items = list(plan_pca_samples(pca, music, SIZES))
    latents = np.concatenate([pca.encode(item.frames) for item in items])
    wanted = np.concatenate([pca.encode(clip) for clip in music])
    assert latents[:, 0].std() == pytest.approx(wanted[:, 0].std(), rel=0.3)
    assert abs(np.corrcoef(latents[1:, 0], latents[:-1, 0])[0, 1]) < 0.2


def test_an_excerpt_begins_after_ten_seconds_or_as_late_as_it_can():
    def excerpt(seconds):
        return choose_excerpt(np.zeros(round(seconds * 22_050), np.float32))

    assert excerpt(60.0) == slice(861, 861 + 1024)
    assert excerpt(13.0) == slice(96, 96 + 1024)  # 1120 frames
    assert excerpt(6.0) == slice(5, 5 + 512)  # 517 frames: one window


def test_reconstructions_stand_beside_the_same_seconds_of_music():
    wave = small.melody(1, 13.0)
    items = list(
        plan_reconstructions(
            "umm/قديم", wave, small.codec(), small.pca(), small.Quarters(), composer="umm"
        )
    )
    by_name = {item.file.removeprefix("reconstructions/umm/قديم/"): item for item in items}
    assert set(by_name) == {"music", "codec", "pca", "study_vae", "phase", "original_phase"}
    wave = normalize_loudness(wave, 22_050)
    np.testing.assert_array_equal(by_name["music"].frames, wave[96 * 256 : (96 + 1023) * 256])
    np.testing.assert_array_equal(by_name["phase"].frames, level_spectrogram(wave)[96:1120])
    assert {len(item.frames) for item in items if item.kind != "music"} == {1024}
    assert {len(item.wave()) for item in items} == {1023 * 256}


def test_a_sheet_becomes_files_an_index_and_a_picture(prior, tmp_path):
    items = list(plan_study_samples(small.Quarters(), SIZES))
    sheets = list(group_into_figures("baselines/study_vae", items))
    assert [len(sheet.items) for sheet in sheets] == [6, 1]
    assert sheets[1].file == "baselines/study_vae-sheet-2"
    piece = next(plan_pieces(prior, SIZES))
    chosen = (sheets[1], *one_per_figure([piece]))
    rows = [render_figure(sheet, tmp_path) for sheet in chosen]
    assert list(rows[0]["file"]) == ["baselines/study_vae-07.wav"]
    assert list(rows[1].iloc[0]) == ["unconditional/01.wav", "sample", "codec", "", "", 6.0]
    info = soundfile.info(tmp_path / "unconditional/01.wav")
    assert (info.samplerate, info.subtype, info.channels) == (22_050, "PCM_16", 1)
    assert info.frames == 6 * 22_050
    picture = np.asarray(Image.open(tmp_path / "unconditional/01.png").convert("RGB"))
    assert picture.std() > 10
    assert (tmp_path / "baselines/study_vae-sheet-2.png").exists()


def test_the_same_sheet_twice_writes_the_same_bytes(prior, tmp_path):
    piece = next(plan_pieces(prior, SIZES))
    for name in ("one", "two"):
        render_figure(next(one_per_figure([piece])), tmp_path / name)
    for suffix in ("wav", "png"):
        one, two = (tmp_path / name / f"unconditional/01.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_morph_stands_beside_its_two_recordings(prior):
    names, waves = ["a/x", "b/y"], [small.melody(1), small.melody(2)]
    items = list(plan_morphs(names, waves, prior, SIZES))
    assert [item.file for item in items] == [f"interpolation/{n}" for n in ("1", "2", "1-to-2")]
    assert items[2].recording == "a/x to b/y"


def test_a_continuation_is_the_end_of_a_recording_and_as_much_new_music(prior):
    (item,) = plan_continuation("a/x", small.melody(1, 9.0), prior, SIZES)
    assert (item.file, item.kind, item.recording) == ("continuation/1", "continuation", "a/x")
    assert len(item.frames) * 256 / 22_050 == pytest.approx(12, abs=0.2)


def test_generated_sounds_are_compared_with_their_music(tmp_path):
    wave = small.melody(1, 7.0)
    items = plan_reconstructions(
        "umm/x", wave, small.codec(), small.pca(), small.Quarters(), composer="umm"
    )
    (sheet,) = group_into_figures("reconstructions/umm/x/all", items)
    table = compare_reconstructions(tmp_path, render_figure(sheet, tmp_path))
    own = table.set_index(["kind", "model"])
    assert own.loc[("music", "reference"), "lsd_db"] == 0
    assert own.loc[("phase", "codec"), "lsd_db"] < own.loc[("reconstruction", "codec"), "lsd_db"]
    assert own.loc[("phase", "study_vae"), "frame_rate_energy"] > 0.1  # the defect it is known for
    assert own.loc[("phase", "codec"), "frame_rate_energy"] < 0.03
