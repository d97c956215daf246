"""Write every stage's code dependencies into dvc.yaml, as its imports have them (`make deps`)."""

import io

from pipeline import FILES, PLUMBING, ROOT, import_closure
from ruamel.yaml import YAML


def main() -> None:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    for path in FILES:
        document = yaml.load(path.read_text(encoding="utf-8"))
        for name, body in document["stages"].items():
            stage = body.get("do", body)
            code = sorted(import_closure(ROOT / f"src/{name}.py") - PLUMBING)
            stage["deps"] = [dep for dep in stage["deps"] if not dep.startswith("src/")] + code
        text = io.StringIO()
        yaml.dump(document, text)
        lines = (
            line.rstrip() for line in text.getvalue().splitlines()
        )  # ruamel folds after a space
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
