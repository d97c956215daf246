"""Files of before version 0.2 get a line that says which key is now called what."""

from typing import ClassVar

import pytest

from takht.corpus.description import Catalogue
from takht.generation.codec.settings import CodecSettings
from takht.generation.study_vae.settings import StudyVaeModel
from takht.runtime.params import ParamError, Section, load_section
from takht.runtime.renamed import RENAMED, current_name


class Plan(Section):
    at: ClassVar[str] = "generation.plan"
    reference_windows: int


@pytest.mark.parametrize(
    ("section", "text", "line"),
    [
        (
            Plan,
            "generation: {repertoire: {yardsticks: 3}}",
            "'repertoire' is now called 'plan'; rename it",
        ),
        (
            Plan,
            "generation: {plan: {yardsticks: 3, reference_windows: 3}}",
            "generation.plan.yardsticks: .* it is now called reference_windows",
        ),
        (
            CodecSettings,
            "generation: {models: {vae: {colours: 16}, vae_original: {seed: 1}}}",
            "params.yaml: 'models.vae' is now called 'codec'; move it a level up",
        ),
        (
            StudyVaeModel,
            "generation: {models: {vae: {colours: 16}, study_vae: {seed: 1}}}",
            "params.yaml: 'models.study_vae' is now called 'study_vae'; move it a level up",
        ),
        (
            CodecSettings,
            "generation: {models: {vae: {colours: 16}}, codec: {colours: 16}}",
            "generation.codec.colours: .* it is now called spectrum_components",
        ),
    ],
)
def test_an_old_key_is_named_with_its_new_name(tmp_path, section, text, line):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamError, match=line):
        load_section(section, {}, path)


def test_keys_that_nobody_renamed_are_only_unknown(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("catalogue: {on_unreadable: fail, min_seconds: 6.0, loudest: 3}")
    with pytest.raises(ParamError, match=r"loudest: .*; remove the key or fix its name"):
        load_section(Catalogue, {}, path)


def test_old_names_are_translated_wherever_they_stand_and_new_ones_stay():
    assert current_name("generation.repertoire.yardsticks") == "generation.plan.reference_windows"
    assert current_name("controls@best") == "sanity_checks@best"
    assert current_name("vae_train@vae_original") == "train_vae"
    assert current_name("vae_train@vae") == current_name("train_vae@vae") == "fit_codec"
    assert current_name("generation.models.vae.latents") == "generation.codec.latents"
    assert {current_name(new) for new in RENAMED.values()} == set(RENAMED.values())
