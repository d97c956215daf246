"""Fetch music with named composers from Debian packages: `python corpora/fetch_public.py FOLDER`.

corpora/public.csv says which file of which package is by whom, with its licence and the evidence.
Needs Debian's apt-get and dpkg-deb (or a derivative's), and no root.
"""

import csv
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from takht.errors import TakhtError
from takht.runtime.atomic import atomic_folder, remove_path

TABLE = Path(__file__).with_name("public.csv")
FEWEST_RECORDINGS = 3  # one for each of train, validation and test


def kept(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of composers with at least three recordings; say who is left out."""
    sizes = Counter(row["composer"] for row in rows)
    few = sorted(name for name, size in sizes.items() if size < FEWEST_RECORDINGS)
    if few:
        _say(f"left out, with fewer than {FEWEST_RECORDINGS} recordings: {', '.join(few)}")
    return [row for row in rows if row["composer"] not in few]


def download(package: str, folder: Path) -> Path:
    """Download a Debian package into the folder and return its path.

    Raises:
        TakhtError: apt-get is missing, or does not find the package.
    """
    _run(["apt-get", "download", "--quiet", package], folder, "run `apt-get update` as root")
    return next(folder.glob(f"{package}_*.deb"))


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a Debian package's files below the folder, without installing anything."""
    command = ["dpkg-deb", "--extract", str(archive), str(folder.absolute())]
    _run(command, archive.parent, "see that the disk has room")


def arrange(rows: list[dict[str, str]], unpacked: Path, corpus: Path) -> None:
    """Move each row's file to `<corpus>/<composer>/`, under the name it had.

    Raises:
        TakhtError: the packages of this Debian release lack a file.
    """
    missing = [row["file"] for row in rows if not (unpacked / row["file"]).is_file()]
    if missing:
        raise TakhtError(
            f"{TABLE.name}: not in the packages of this release: {', '.join(missing)}; "
            "use Debian 12, or take the rows out"
        )
    for row in rows:
        target = corpus / row["composer"] / Path(row["file"]).name
        target.parent.mkdir(exist_ok=True)
        (unpacked / row["file"]).replace(target)


def fetch(corpus: Path) -> None:
    """Fetch the whole corpus into a folder that is complete or absent."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = kept(list(csv.DictReader(file)))
    with tempfile.TemporaryDirectory() as scratch, atomic_folder(corpus) as folder:
        unpacked = folder / ".unpacked"
        for package in sorted({row["package"] for row in rows}):
            _say(f"fetching {package}")
            unpack(download(package, Path(scratch)), unpacked)
        arrange(rows, unpacked, folder)
        remove_path(unpacked)
    _say(f"{corpus}: {len(rows)} recordings by {len({row['composer'] for row in rows})} composers")


def _run(command: list[str], folder: Path, remedy: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise TakhtError(
            f"{command[0]}: not found; the public corpus comes from Debian packages and needs "
            "Debian or a derivative (a container will do)"
        ) from None
    if done.returncode:
        reason = " ".join(done.stderr.split())
        raise TakhtError(f"{' '.join(command)}: {reason}; {remedy} and retry")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python corpora/fetch_public.py FOLDER")
    try:
        fetch(Path(sys.argv[1]))
    except TakhtError as error:
        sys.exit(f"error: {error}")
