"""Write into dvc.yaml which packages every stage's imports enter (`make deps`)."""

import io
from pathlib import Path

from ruamel.yaml import YAML

from takht.runtime import code_hash

ROOT = Path(__file__).parents[1]
MOST_PARTS = 3  # of a package that a stage lists; of more it lists the package itself
FOLDERS = (".", "corpora", "checks", "generation", "report")
FILES = [ROOT / folder / "dvc.yaml" for folder in FOLDERS]


def code_of(stage: str) -> set[str]:
    """The files under src/ that a stage's results depend on."""
    return {
        str(file.relative_to(ROOT)) for file in code_hash.import_closure(ROOT / f"src/{stage}.py")
    }


def code_deps(stage: str) -> list[str]:
    """What dvc.yaml lists of a stage's code: its file, and the packages that its imports enter."""
    packages = {str(Path(file).parent) for file in code_of(stage)} - {"src"}
    for parent in {str(Path(package).parent) for package in packages} - {"src/takht"}:
        inside = {package for package in packages if Path(package).parent == Path(parent)}
        if len(inside) > MOST_PARTS:
            packages = packages - inside | {parent}
    return [f"src/{stage}.py", *sorted(packages)]


def main() -> None:
    round_trip = YAML()
    round_trip.width = 100
    round_trip.indent(mapping=2, sequence=4, offset=2)
    for path in FILES:
        document = round_trip.load(path.read_text(encoding="utf-8"))
        for name, body in document["stages"].items():
            stage = body.get("do", body)
            files = [dep for dep in stage["deps"] if not dep.startswith("src/")]
            stage["deps"] = files + code_deps(name)
        text = io.StringIO()
        round_trip.dump(document, text)
        lines = (line.rstrip() for line in text.getvalue().splitlines())  # folded after a space
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
