"""Write into dvc.yaml which packages every stage's imports enter (`make deps`)."""

import io
import re
from pathlib import Path

from ruamel.yaml import YAML

from takht.runtime import code_hash

ROOT = Path(__file__).parents[1]
# Packages whose modules params.yaml names, and how dvc.yaml names that file alone.
BY_NAME = {
    "networks": "src/takht/${item.kind}s/${item.model}.py",
    "discriminants": "src/takht/${item.kind}s/${item.model}.py",
    "augmentations": "src/takht/augmentations/${aug.method}.py",
    "recipes": "src/takht/recipes/${key}.py",
}
_LOOKUP = re.compile(r'load_by_name\("(\w+)"')
FOLDERS = (".", "corpora", "checks", "generation", "report")
FILES = [ROOT / folder / "dvc.yaml" for folder in FOLDERS]


def code_of(stage: str) -> set[str]:
    """The files under src/ that a stage's results depend on, every file that it may name included.

    A stage looks names up in the packages of `_LOOKUP`; what it finds there has imports of its own.
    """
    files = code_hash.import_closure(ROOT / f"src/{stage}.py")
    for package in looked_up(files):
        for file in (ROOT / "src/takht" / package).glob("*.py"):
            files |= code_hash.import_closure(file) if file.name != "__init__.py" else set()
    return {str(file.relative_to(ROOT)) for file in files}


def looked_up(files: set[Path]) -> set[str]:
    """The packages of which these files look up modules by name."""
    return {name for file in files for name in _LOOKUP.findall(file.read_text(encoding="utf-8"))}


def code_deps(stage: str, *, is_one_of: bool) -> list[str]:
    """What dvc.yaml lists of a stage's code: its file, and the packages that its imports enter.

    Of a package in BY_NAME it lists single files. A stage that is not one of a `foreach` has no
    `item`, and lists those packages whole.
    """
    static = code_hash.import_closure(ROOT / f"src/{stage}.py")
    files = {str(file.relative_to(ROOT)) for file in static}
    named = {
        BY_NAME[name] if is_one_of or "item" not in BY_NAME[name] else f"src/takht/{name}"
        for name in looked_up(static)
    }
    packages = {str(Path(file).parent) for file in code_of(stage)} - {"src"}
    single = {package for package in packages if Path(package).name in BY_NAME}
    listed = packages - single | {file for file in files if str(Path(file).parent) in single}
    return [f"src/{stage}.py", *sorted(listed | named)]


def main() -> None:
    round_trip = YAML()
    round_trip.width = 100
    round_trip.indent(mapping=2, sequence=4, offset=2)
    for path in FILES:
        document = round_trip.load(path.read_text(encoding="utf-8"))
        for name, body in document["stages"].items():
            stage = body.get("do", body)
            files = [dep for dep in stage["deps"] if not dep.startswith("src/")]
            stage["deps"] = files + code_deps(name, is_one_of="foreach" in body)
        text = io.StringIO()
        round_trip.dump(document, text)
        lines = (line.rstrip() for line in text.getvalue().splitlines())  # folded after a space
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
