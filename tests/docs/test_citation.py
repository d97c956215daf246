"""CITATION.cff holds what the Citation File Format 1.2.0 demands, and tells what the project is."""

import tomllib

import pytest
import yaml
from pipeline import ROOT

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The schema's lists, of what is used here.
REQUIRED = {"authors", "cff-version", "message", "title"}
KNOWN = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "type", "url", "version",
}  # fmt: skip
REFERENCE_REQUIRED = {"authors", "title", "type"}
PERSON = {"affiliation", "alias", "email", "family-names", "given-names", "name-particle", "orcid"}


def test_the_required_keys_are_there_and_no_unknown_one():
    assert set(CITATION) >= REQUIRED
    assert set(CITATION) <= KNOWN
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")


@pytest.mark.parametrize("cited", [CITATION, *CITATION["references"]], ids=lambda c: c["title"])
def test_what_is_cited_has_a_title_and_authors_with_names(cited):
    assert set(cited) >= REFERENCE_REQUIRED
    assert cited["title"].strip()
    assert cited["authors"]
    for author in cited["authors"]:
        assert author.get("name") or (author["family-names"] and set(author) <= PERSON)


def test_version_and_licence_are_the_packages():
    assert str(CITATION["version"]) == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
