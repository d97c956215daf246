"""Files in DVC's cache that are no longer what they were when DVC named them by their hash."""

import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path

from takht.cli.doctor.finding import Finding, failed, ok


def check_cached_files(cache: Path) -> list[Finding]:
    """Hash every file of the cache; DVC itself trusts those that are read-only.

    Minutes for a large corpus: it reads all of it.
    """
    files = [path for path in sorted(cache.glob("??/*")) if len(path.name.split(".")[0]) == 30]
    spoilt = list(_corrupt(files))
    if not spoilt:
        return [ok("cached files", f"{len(files)} in {cache} are unchanged")]
    return [
        failed(
            "cached files",
            f"{path} has changed since it was cached",
            f"`rm -f {shlex.quote(str(path))}`, then `dvc fetch` or `dvc repro --force`",
        )
        for path in spoilt
    ]


def _corrupt(files: list[Path]) -> Iterator[Path]:
    for path in files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "md5").hexdigest()
        if digest != path.parent.name + path.name.split(".")[0]:
            yield path
