"""CITATION.cff says what the package says, and cites what has a title and authors."""

import tomllib

import yaml
from pipeline import ROOT


def test_the_citation_is_of_this_package_and_each_source_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert str(citation["version"]) == project["version"]
    assert citation["license"] == project["license"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    for cited in (citation, *citation["references"]):
        assert cited["title"]
        assert cited["type"]
        assert all(author.get("name") or author["family-names"] for author in cited["authors"])
