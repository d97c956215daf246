"""Write into dvc.yaml which packages every stage's imports enter (`make deps`)."""

import io

from pipeline import FILES, code_deps
from ruamel.yaml import YAML


def main() -> None:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    for path in FILES:
        document = yaml.load(path.read_text(encoding="utf-8"))
        for name, body in document["stages"].items():
            stage = body.get("do", body)
            files = [dep for dep in stage["deps"] if not dep.startswith("src/")]
            stage["deps"] = files + code_deps(name)
        text = io.StringIO()
        yaml.dump(document, text)
        lines = (
            line.rstrip() for line in text.getvalue().splitlines()
        )  # ruamel folds after a space
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
