"""YAML is read as DVC reads it, by its own reader; what explodes or stands twice is refused."""

import math

import pytest
from dvc.utils.serialize import loads_yaml

from takht.errors import TakhtError
from takht.runtime.params import Section, load_section
from takht.runtime.yaml_files import parse_yaml, read_yaml

SCALARS = (
    "5e-05 1e-3 1E6 1.e5 .5 1. -1e3 +1 010 0o17 0x1f 0b11 1_000 1_0.5 yes no on true TRUE y 12:30 "
    "1:30:00 .inf -.INF e5 1e . _1 ~ null 2001-01-01 0 -0 00 09 0.00005 1.5.2 0xZ word"
)


class Rate(Section):
    at = "experiments.x"
    learning_rate: float


@pytest.mark.parametrize("text", SCALARS.split())
def test_a_value_is_what_dvc_takes_it_for(text):
    assert repr(parse_yaml(f"a: {text}".encode())) == repr(loads_yaml(f"a: {text}"))
    assert math.isnan(parse_yaml(b".nan"))


@pytest.mark.parametrize("text", ["5e-05", "1e-3", "0.00005", "1.0E-3"])
def test_a_learning_rate_as_dvc_writes_it_is_a_number(tmp_path, text):
    (tmp_path / "p.yaml").write_text(f"experiments: {{x: {{learning_rate: {text}}}}}")
    assert load_section(Rate, {}, tmp_path / "p.yaml").learning_rate == float(text)


def bomb(line):
    return "a: &a [x]\n" + "".join(
        line.format(here=chr(code), before=",".join([f"*{chr(code - 1)}"] * 10))
        for code in range(ord("b"), ord("z"))
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "'c' appears twice"),
        ("a: 1\n'a': 2", "'a' appears twice"),
        (bomb("{here}: &{here} [{before}]\n"), "aliases"),
        (bomb("{here}: &{here} {{x: [{before}]}}\n"), "aliases"),
        (bomb("{here}: &{here} {{<<: [{before}], {here}: 1}}\n"), "aliases"),
        ("a: &a [*a]", "aliases"),
        ("[" * 5000, "recursion"),
        ("a: " + "x" * 20_000_000, "the most"),
        ("a: \x00", "not allowed"),
        ("? [1]\n: 2", "unhashable"),
    ],
    ids=lambda text: text[:20],
)
def test_what_can_only_be_a_mistake_or_a_bomb_is_refused_at_once(tmp_path, text, said):
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(TakhtError, match=said) as caught:
        read_yaml(tmp_path / "p.yaml")
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


def test_a_wrong_value_of_megabytes_is_not_shown_whole(tmp_path):
    (tmp_path / "p.yaml").write_text(f"experiments: {{x: {{learning_rate: {'y' * 10**6}}}}}")
    with pytest.raises(ValueError, match="yyy…; write a plain number") as caught:
        load_section(Rate, {}, tmp_path / "p.yaml")
    assert len(str(caught.value)) < 300
