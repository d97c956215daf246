"""Write dvc_plots/index.html: the plots that differ from a revision (`make plots REV=…`).

It is DVC's own page of those plots alone, with Vega in it, so that it needs no network.
"""

import re
import subprocess
import sys
from pathlib import Path

from dvc.repo import Repo
from dvc.scm import SCMError, resolve_rev

from takht.report.page.page import vega

PAGE = Path("dvc_plots/index.html")
_FROM_NETWORK = r'<script[^>]*src="https://[^"]*"[^>]*></script>'


def changed_plots(rev: str) -> list[str]:
    """Return the tables of plots/ that are not as in a branch, tag, commit or DVC experiment."""
    with Repo() as repo:
        commit = resolve_rev(repo.scm, rev)
        declared = {repo.dvcfs.from_os_path(out.fs_path) for out in repo.index.plots if out.is_plot}
    words = ("git", "diff", "--name-only", "-z", "--relative", commit)
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return sorted(declared.intersection(done.stdout.split("\0")))


def inline_vega(page: str) -> str:
    """Return the page with one script of its own for those that it fetches."""
    first, *others = re.findall(_FROM_NETWORK, page)
    for script in others:
        page = page.replace(script, "")
    return page.replace(first, f"<script>{vega()}</script>")


def main() -> None:
    rev = sys.argv[1]
    try:
        changed = changed_plots(rev)
    except SCMError:
        sys.exit(f"error: {rev}: no branch, tag, commit or experiment; `dvc exp list` names those")
    if not changed:
        sys.stderr.write(f"no plot differs from {rev}\n")
        return
    subprocess.run(("dvc", "plots", "diff", "--quiet", rev, "--targets", *changed), check=True)
    PAGE.write_text(inline_vega(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stderr.write(f"{PAGE}: {', '.join(changed)}\n")


if __name__ == "__main__":
    main()
