"""docs/pipeline.* show the graph that DVC knows, and the picture is one that can be read."""

import itertools

import pipeline_picture as picture
import pytest
from pipeline import ROOT, STAGES

DIAMOND = {"a": {"b", "c", "d"}, "b": {"d"}, "c": {"d"}, "d": set()}


@pytest.fixture(scope="module")
def mermaid():
    return picture.dag()


def test_the_text_is_what_dvc_dag_says(mermaid):
    kept = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")
    assert kept == picture.TEXT.format(mermaid=mermaid), "run `make cards`"


def test_every_stage_of_every_file_is_in_it(mermaid):
    assert {picture.label(name) for name in picture.parsed(mermaid)} == set(STAGES)


def test_the_picture_is_drawn_from_it(mermaid, tmp_path):
    picture.save(picture.picture(picture.parsed(mermaid)), tmp_path / "pipeline.svg")
    kept = (ROOT / "docs/pipeline.svg").read_bytes()
    assert kept == (tmp_path / "pipeline.svg").read_bytes(), "run `make cards`"


def test_an_arrow_that_others_imply_is_left_out():
    assert picture.reduced(DIAMOND) == {"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}
    assert picture.reachable(DIAMOND, "b") == {"d"}


def test_arrows_lead_down_and_no_two_stages_share_a_place(mermaid):
    graph = picture.reduced(picture.parsed(mermaid))
    where = picture.placed(graph)
    assert len(set(where.values())) == len(graph)
    assert all(where[a][1] > where[b][1] for a, targets in graph.items() for b in targets)
    through = itertools.product(
        [(where[a], where[b]) for a, targets in graph.items() for b in targets], where.values()
    )
    assert not any(itertools.starmap(picture._hits, through))


def test_crossings_are_seen():
    assert picture._cross(((0, 0), (1, -1)), ((1, 0), (0, -1)))
    assert not picture._cross(((0, 0), (0, -1)), ((1, 0), (1, -1)))
    assert not picture._cross(((0, 0), (1, -1)), ((0, 0), (0, -1)))
