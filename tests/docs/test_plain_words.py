"""What users read has plain words: pages, help, messages, comments of settings and stages."""

import ast
import re

import pytest
from pipeline import ROOT

# Rare or old words, and "a" for "per": each has a common word in its place.
_UNIT = "recording|segment|window|frame|stage|repeat|pair|part|hour|second|core"
_COUNTED = "once|CPU s|numbers|statistics|objects|windows|an? (?:array|row|file|device|line)"
AVOID = re.compile(
    r"\b(?:anew|but for|mend(?:s|ed|ing)?|told|its like|spoilt|torn off"
    rf"|yardsticks?|(?:{_COUNTED}) an? (?:{_UNIT}))\b",
    re.IGNORECASE,
)
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
SETTINGS = [ROOT / "params.yaml", ROOT / "Makefile", ROOT / "dvc.yaml", *ROOT.glob("*/dvc.yaml")]
SETTINGS += sorted((ROOT / ".github/workflows").glob("*.yml"))


def found_in(text):
    """Return what to avoid, each with the number of its line; code spans may hold old names."""
    plain = re.sub(r"`[^`\n]+`", lambda code: "`" * len(code[0]), text)
    return [f"{plain.count(chr(10), 0, e.start()) + 1}: {e[0]}" for e in AVOID.finditer(plain)]


def sentences(source):
    """Return a module's texts of several words with their lines: messages and help."""
    tree = ast.parse(source)
    documented = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef)]
    documented += [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    docstrings = {id(n.body[0].value) for n in documented if isinstance(n.body[0], ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if " " in node.value.strip() and id(node) not in docstrings
    ]


@pytest.mark.parametrize("path", [*PAGES, *SETTINGS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_has_plain_words(path):
    assert found_in(path.read_text(encoding="utf-8")) == []


def test_messages_and_help_have_plain_words():
    sources = sorted((ROOT / "src").rglob("*.py"))
    texts = [(path, *each) for path in sources for each in sentences(path.read_text("utf-8"))]
    assert len(texts) > 500
    assert [f"{path}:{line}: {text}" for path, line, text in texts if AVOID.search(text)] == []
    commands = sorted((ROOT / "src/takht/cli/commands").glob("*.py"))
    helps = [(path.name, found_in(path.read_text(encoding="utf-8"))) for path in commands]
    assert [each for each in helps if each[1]] == []  # their docstrings are help, too


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one\nmade anew", ["2: anew"]),
        ("nothing, but for `x`", ["1: but for"]),
        ("right but forgotten; mental; untold", []),
        ("336 statistics a window", ["1: statistics a window"]),
        ("tested once a repeat, 3 CPU s an hour", ["1: once a repeat", "1: CPU s an hour"]),
        ("adds a recording, cuts a segment; `yardsticks`", []),
    ],
)
def test_words_are_found(text, found):
    assert found_in(text) == found
