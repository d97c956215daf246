"""Every command in the README's blocks runs, in the order in which people read them."""

import re
import shutil

import pytest
import shell_blocks
import tiny_project
from pipeline import ROOT

# What cannot run as it stands, and what is run for it. A pattern that fits no command fails below.
STAND_INS = {
    # The environment is there already, and the suite would run itself.
    r"^git clone .*": "true",
    r"^source .*": "true",
    r"^make (test|report)\b.*": "make --dry-run $0",
    r"^git (add --all && git )?commit": "git commit --allow-empty",
    r"^make repro$": "dvc repro && dvc repro corpora/dvc.yaml",
    # The tiny project has three composers and recordings of nine seconds.
    r"data/demo/ليلى_المرجان/dulab-01\.wav": "'data/raw/umm/مقام 0.wav'",
    r"رباب النخيل": "umm",
    # No server is there; tests of remotes have real ones.
    r"^dvc remote add --default": "rm -f .dvc/config.local; dvc remote add --force --default",
    r" && git push$": "",
    r"^dvc push": "rm -f .dvc/config.local; "
    "dvc remote add --force --default team ../store && dvc push",
}
FILES = ("song.mp3", "one.wav", "other.wav")  # recordings that the reader has
PAGES = ("README.md", "docs/predict.md")
EVERY = [command for page in PAGES for command in shell_blocks.commands(ROOT / page, STAND_INS)]


def test_every_stand_in_stands_in_for_something():
    for pattern in STAND_INS:
        assert any(re.search(pattern, command.text) for command in EVERY), pattern


def test_the_readme_has_the_two_commands_and_predicts():
    texts = {command.text for command in EVERY}
    assert {"make repro", "make test"} <= texts
    assert any(text.startswith("takht predict ") for text in texts)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            "```sh\nmake repro   # all\n\n# only\n  dvc  repro\n```\n",
            [(2, "make repro"), (5, "dvc  repro")],
        ),
        (
            "text\n```sh\na 'x # y' \\\n  b\nc#d\n```\n```\nno\n```\n```sh\ne # f\n```",
            [(3, "a 'x # y'    b"), (5, "c#d"), (11, "e")],
        ),
        ("```python\nno\n```\n`make inline`", []),
    ],
)
def test_commands_are_found_without_their_comments(page, expected):
    assert shell_blocks.texts(page) == expected


def test_a_stand_in_replaces_what_it_names_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\nmake repro\ndvc push -r ssh://server/path\n```\n", encoding="utf-8")
    found = shell_blocks.commands(page, {r"^make repro$": "dvc repro", r"ssh://\S+": "store"})
    assert [command.run for command in found] == ["dvc repro", "dvc push -r store"]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A built project with the reader's files, as a repository to clone from."""
    tiny = tiny_project.built(tmp_path_factory, "readme")
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tiny.root / name)
    (tiny.root / "tools").mkdir()
    shutil.copy(ROOT / "tools/repair_dvc.py", tiny.root / "tools")
    for name in FILES:
        source = next((tiny.root / "data/raw/umm").glob(f"*{name[-4:]}"))
        shutil.copy(source, tiny.root / name)
    tiny.commit("The reader's files")
    return tiny


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the first builds the project
@pytest.mark.parametrize("command", EVERY, ids=lambda c: f"{c.line}: {c.text}"[:80])
def test_the_command_runs(here, command):
    run = command.run.replace("$0", command.text.removeprefix("make "))
    path = {"PYTHONPATH": str(here.root / "src"), "GIT_TERMINAL_PROMPT": "0"}
    output = here.run("bash", "-c", run, **path)
    assert "Traceback" not in output
    if command.text == "make test":
        assert "pytest" in output
