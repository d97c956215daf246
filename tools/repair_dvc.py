"""Change the few lines of DVC and configobj that stand in the way (`make setup`).

Each line must be there as it was read, or be changed already: another release ends in an error.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

# DVC writes its configuration with this, which fails below a folder with an Arabic name.
ENCODING = (
    "configobj",
    "__init__.py",
    "self.default_encoding or\n                                         'ascii')\n",
    "self.default_encoding or\n                                         'utf-8')\n",
)

# `dvc exp apply` ends with an error where an optional pipeline was not run: outputs may be missing.
# It forces its checkout, so it first refuses if a .dvc file's data is not as added: DVC's cache
# would lack what it takes away. A folder that is missing as a whole has nothing to lose.
APPLY = (
    "dvc",
    "repo/experiments/apply.py",
    """\
    _apply(repo, exp_rev, name=rev, is_stash=is_stash)
    kwargs["force"] = True
""",
    """\
    from dvc.exceptions import DvcException

    for stage in repo.index.stages:
        for out in stage.outs if stage.is_data_source else ():
            if out.exists and (status := out.status()):
                raise DvcException(
                    f"{out}: must be what {stage.addressing} records, is {status[str(out)]}; run "
                    f"`dvc add {out}` and commit {stage.addressing}, or move new and changed files "
                    f"away and run `dvc checkout {out}`"
                )
    repo._reset()  # the experiment has an index of its own

    _apply(repo, exp_rev, name=rev, is_stash=is_stash)
    kwargs |= {"force": True, "allow_missing": True}
""",
)

# `dvc checkout` and `dvc pull` do so, too. Without targets, what is not pushed and what the
# pipelines in folders (generation/dvc.yaml …) name may be missing, and a line says what is.
CHECKOUT = (
    "dvc",
    "repo/checkout.py",
    """\
    if failed and not allow_missing:
""",
    """\
    if failed and not allow_missing and targets == [None]:
        optional = {
            out.fs_path
            for out in view.outs
            if not out.can_push or out.stage.path_in_repo.endswith("/dvc.yaml")
        }
        if optional.issuperset(failed):
            ui.error_write("Not made yet, so left out:", *sorted(map(relpath, failed)))
            allow_missing = True
    if failed and not allow_missing:
""",
)

# `dvc status` lists every stage of pipelines that were never run. Without targets it names those
# in folders, of which DVC's cache has given no output, in one line: if something in them is stale.
# Stages that run each time do not count.
STATUS = (
    "dvc",
    "repo/status.py",
    """\
    return _joint_status(pairs, check_updates=check_updates)
""",
    """\
    pairs = list(pairs)
    if targets == [None]:
        from dvc.ui import ui

        there = {
            stage.path
            for stage, _ in pairs
            if not stage.path_in_repo.endswith("/dvc.yaml")
            or any(out.use_cache and out.exists for out in stage.outs)
        }
        others = [pair for pair in pairs if pair[0].path not in there]
        others = [pair for pair in others if not pair[0].always_changed]
        pairs = [pair for pair in pairs if pair[0].path in there]
        stale = {pair[0].path_in_repo for pair in others if _joint_status([pair])}
        if stale:
            ui.error_write(f"Stale or never run: {', '.join(sorted(stale))}")
    return _joint_status(pairs, check_updates=check_updates)
""",
)

# DVC writes names of params.yaml into commands as they are, and the shell would run what they hold.
# Of a section, such as ${corpus}, it quotes the values but not the keys.
NAMES = (
    "dvc",
    "parsing/interpolate.py",
    """\
    from .context import PRIMITIVES

""",
    """\
    from .context import PRIMITIVES, ContextError

    names = flatten(value) if isinstance(value, dict) else [value]
    for name in names if key == "cmd" else ():
        if not re.fullmatch("[A-Za-z0-9_-]+", str(name)):
            raise ContextError(
                f"the name {str(name)!r:.100} in params.yaml has other characters than A-Z, a-z, "
                "0-9, _ and -; rename it"
            )

""",
)


def main() -> None:
    for package, name, before, after in (ENCODING, APPLY, CHECKOUT, STATUS, NAMES):
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            sys.exit(f"error: {package} is not installed; run `make setup`")
        path = Path(spec.origin).parent / name
        text = path.read_text(encoding="utf-8")
        if after in text:
            continue
        if text.count(before) != 1:
            sys.exit(f"error: {path}: not the release that is repaired; see tools/repair_dvc.py")
        # A new file: the package manager's own copy may be the same one by a hard link.
        changed = path.with_name(f"{path.name}.changed")
        changed.write_text(text.replace(before, after), encoding="utf-8")
        changed.replace(path)


if __name__ == "__main__":
    main()
