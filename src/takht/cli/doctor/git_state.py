"""Git: whether the project is in a repository, and can be committed to."""

import subprocess
from pathlib import Path

from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.runtime.git import ask_git


def check_git(project: Path) -> Finding:
    """Check what DVC and its experiments need of Git."""
    try:
        top = _git(project, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        return failed("git", "Git is not installed", "install it")
    start = "`git init && git add --all && git commit -m Start`"
    if not top:
        return failed("git", f"{project}: no Git repository, as in a downloaded ZIP", start)
    if not _git(project, "var", "GIT_COMMITTER_IDENT"):
        return failed(
            "git",
            "Git has no user name and email, so `dvc exp run` fails",
            "`git config --global user.name NAME`, the same with user.email",
        )
    if not _git(project, "rev-parse", "--verify", "HEAD"):
        return warning("git", f"{top}: no commit yet, so `dvc exp run` fails", start)
    return ok("git", top)


def _git(project: Path, *words: str) -> str:
    """Return what Git says, or an empty text where it fails."""
    try:
        return ask_git(project, *words).strip()
    except subprocess.CalledProcessError:
        return ""
