"""Run a notebook's cells one after another, without Jupyter: run_notebook.py NOTEBOOK FOLDER.

Every figure that `plt.show()` would show is written to the folder as 1.png, 2.png …
"""

import json
import sys
from pathlib import Path


def run(notebook: Path, pictures: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {"__name__": "__main__"}
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    exec(compile(code[0], "cell 1", "exec"), names)  # it imports takht, before this matplotlib

    import matplotlib.pyplot as plt

    plt.switch_backend("agg")

    def show() -> None:
        place = len(list(pictures.iterdir())) + 1
        plt.gcf().savefig(pictures / f"{place}.png", dpi=90)
        plt.close()

    plt.show = show
    for number, cell in enumerate(code[1:], 2):
        exec(compile(cell, f"cell {number}", "exec"), names)


if __name__ == "__main__":
    run(*map(Path, sys.argv[1:]))
