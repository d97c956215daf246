"""docs/pipeline.md shows every stage, and no other."""

import re

from pipeline import ROOT, STAGES


def test_every_stage_is_in_the_graph_once():
    text = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")
    boxes = re.findall(r'\["(?:\w+: )?(.+?)"\]', text)
    assert sorted(name for box in boxes for name in box.split(", ")) == sorted(STAGES)
