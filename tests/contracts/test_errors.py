"""Whatever goes wrong is one line: where, which rule, what value, and what to do about it."""

import ast
import errno
import re
import signal
import subprocess
import sys
from typing import Any, get_args

import messages
import numpy as np
import pytest
import yaml
from pipeline import PARAMS, ROOT

from takht import stage
from takht.cli import main as cli
from takht.cli.doctor.settings import list_sections
from takht.errors import TakhtError
from takht.report.comparison import differences, revisions
from takht.runtime.error_lines import describe_error
from takht.runtime.params import ParamError, load_section
from takht.training.experiments import Experiment

MESSAGES = messages.raised()
# Parts of a message that bring a remedy of their own; `test_reasons…` looks at them.
REASONED = ("{fault}", "{error}", "{each.reason}", "_REMEDY}", "{reason}", "{remedy}")
PREFIX = "{key} {names.escape(name)}"  # of the lines that `labels` puts together


def test_all_classes_of_errors_and_most_raises_are_known_here():
    assert messages.classes() <= messages.ERRORS
    assert len(MESSAGES) > 100
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    places = {message.place for message in MESSAGES}
    assert len(places) >= 0.9 * len(re.findall(r"raise (?:TakhtError|ParamError|Un\w+)\(", source))


def faults_of(message):
    """What a message lacks of a line that says where, what and what to do."""
    text = message.text
    if "\n" in text:
        yield "more than one line"
    if message.error in messages.REASONS or text.endswith(PREFIX):
        return
    if not re.search(r"; \S", text) and not text.endswith(REASONED):
        yield "no remedy after ';'"
    # `takht predict` puts the file before what it cannot use.
    if message.error != "UnusableRecording" and not re.match(r"[^;]*?: \S|[^;]*got \{", text):
        yield "no place before ':'"
    if text.rstrip().endswith((".", ";")):
        yield "not a clause"


def test_a_message_says_where_what_and_what_to_do_on_one_line():
    faults = [f"{each.place}: {fault}" for each in MESSAGES for fault in faults_of(each)]
    assert faults == []


def reasons():
    """The texts that `catalogue` gives files that it rejects, by their places."""
    for path in sorted((ROOT / "src/takht").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Rejected":
                texts = [node.args[1]]
            elif isinstance(node, ast.FunctionDef) and node.name in {"find_fault", "_misplaced"}:
                texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            else:
                continue
            for text in texts:
                if isinstance(text, ast.JoinedStr | ast.BinOp) or (
                    isinstance(text, ast.Constant) and text.value
                ):
                    yield f"{path.name}:{text.lineno}", messages.template(text)


def test_reasons_for_which_a_file_is_rejected_say_what_to_do():
    found = list(reasons())
    assert len(found) > 10
    assert [place for place, reason in found if not re.search(r"; \S", reason)] == []


def uses() -> list[tuple[type, str, Any]]:
    """Every section of every stage, its place in params.yaml and its values there."""
    found = []
    for section in list_sections(ROOT / "src"):
        if "{feature}" in section.at:  # params.yaml has none; their recipes check the values
            continue
        for key in PARAMS["experiments"] if "{experiment}" in section.at else [""]:
            place = section.at.format(scale=PARAMS["scale"], experiment=key)
            values: Any = PARAMS
            for part in place.split("."):
                values = values[part]
            found.append((section, place, values))
    return found


def refused(tmp_path, section, place, values) -> str:
    """The one line with which a section refuses values."""
    document: Any = values
    for part in reversed(place.split(".")):
        document = {part: document}
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    experiment = place.rpartition(".")[2]
    with pytest.raises(ParamError) as caught:
        load_section(section, {"scale": PARAMS["scale"], "experiment": experiment}, path)
    (line,) = str(caught.value).splitlines()
    return line.removeprefix(f"{tmp_path}/")


def model_of(section, values):
    return type(section.parse(values)) if section is Experiment else section


def beyond(field) -> list[object]:
    """Values just outside a field's limits."""
    found: list[object] = []
    whole = int in (field.annotation, *get_args(field.annotation))
    for limit in field.metadata:
        step = 1 if whole else 1e-6
        found += [limit.ge - step] if hasattr(limit, "ge") else []
        found += [limit.gt] if hasattr(limit, "gt") else []
        found += [limit.le + step * max(1, abs(limit.le))] if hasattr(limit, "le") else []
        found += [limit.lt] if hasattr(limit, "lt") else []
    return [int(each) if whole else float(each) for each in found]


USES = [use for use in uses() if isinstance(use[2], dict)]


def test_every_section_of_params_yaml_is_driven_to_its_limits():
    driven = {place.split(".")[0] for _, place, _ in USES}
    assert driven | {"scale", "corpus", "features"} == set(PARAMS)


@pytest.mark.parametrize(("section", "place", "values"), USES, ids=lambda use: str(use)[:40])
def test_each_field_refuses_what_it_cannot_be(tmp_path, section, place, values):
    for name, field in model_of(section, values).model_fields.items():
        for bad in [*beyond(field), {"no": "value"}]:
            line = refused(tmp_path, section, place, {**values, name: bad})
            assert re.match(rf"params\.yaml: {re.escape(place)}\.{name}: .+; \w", line), line
            assert f"got {bad!r}; " in line
        if field.is_required():
            without = {key: value for key, value in values.items() if key != name}
            line = refused(tmp_path, section, place, without)
            assert line.startswith(f"params.yaml: {place}.{name}: Field required"), line
    if section.model_config["extra"] == "allow":  # any name may be one of an experiment
        return
    line = refused(tmp_path, section, place, {**values, "stray": 1})
    assert line.endswith("got 1; remove the key or fix its name")
    assert line.startswith(f"params.yaml: {place}.stray: ")


def failing(error):
    def work(*_) -> None:
        raise error

    return work


def line_of(error) -> str:
    with pytest.raises(SystemExit) as caught:
        stage.run(failing(error), [])
    (line,) = str(caught.value.code).splitlines()
    return line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), "error: work: out of memory (MemoryError); close other programs"),
        (
            np._core._exceptions._ArrayMemoryError((10**6,), np.dtype("f8")),
            "error: work: out of memory (Unable to allocate 7.63 MiB",
        ),
        (RuntimeError("can't start new thread"), "error: work: out of memory (can't start"),
        (
            ImportError("x.so: failed to map segment from shared object"),
            "error: work: out of memory (x.so: failed to map",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "data/x"),
            "error: data/x: the disk is full (No space left on device); free space on it",
        ),
        (OSError(errno.EDQUOT, "Quota"), "error: work: the disk is full (Quota); free space"),
        (
            PermissionError(errno.EACCES, "Permission denied", "data/x"),
            "error: data/x: Permission denied; change its permissions",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "data/x"),
            "error: data/x: No such file; restore it, or run `dvc repro`",
        ),
        (OSError("two\nlines"), "error: work: two lines; fix the cause and run again"),
        (
            KeyError("left"),
            "error: work: KeyError: 'left' (takht/stage.py:",
        ),
    ],
)
def test_what_nobody_foresaw_is_one_line_too(monkeypatch, error, line):
    monkeypatch.delenv("TAKHT_DEBUG", raising=False)
    assert line_of(error).startswith(line)
    assert re.search(r"; \w", line_of(error))
    monkeypatch.setenv("TAKHT_DEBUG", "1")
    with pytest.raises(type(error)):
        stage.run(failing(error), [])


def test_a_mistake_names_the_line_of_our_own_code_where_it_happened():
    with pytest.raises(AttributeError) as caught:
        describe_error(3, "here")  # type: ignore[arg-type]
    line = describe_error(caught.value, "here")
    assert re.search(
        r"here: AttributeError: .*\(takht/runtime/error_lines\.py:\d+\); this is a", line
    )


def test_each_case_of_our_own_errors_is_a_line():
    assert describe_error(TakhtError("a: b; c\nd: e; f"), "x") == "error: a: b; c\nerror: d: e; f"


def test_the_command_line_says_it_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["takht", "compare"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # Ctrl-C stays pytest's
    monkeypatch.setattr(revisions, "read_revision", lambda _: None)
    for error, said in [
        (KeyError("x"), "error: takht compare: KeyError: 'x' ("),
        (MemoryError(), "error: takht compare: out of memory"),
        (OSError(errno.ENOSPC, "No space left"), "error: takht compare: the disk is full"),
    ]:
        monkeypatch.setattr(differences, "compare_revisions", failing(error))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        (line,) = capsys.readouterr().err.splitlines()
        assert (ended.value.code, line.startswith(said)) == (1, True)


def test_ctrl_c_ends_the_command_line_with_130_and_a_line():
    script = """
import os, signal, sys
from takht.cli import main as cli
from takht.report.comparison import differences, revisions
revisions.read_revision = lambda _: None
differences.compare_revisions = lambda *_: os.kill(os.getpid(), signal.SIGINT)
sys.argv = ["takht", "compare"]
cli.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
