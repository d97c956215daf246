"""Compare `takht predict` on the test recordings with what `evaluate` said of them.

    python benchmarks/agreement.py --root data/public --experiment best

`predict` is given the recordings' files and a copy of the model's folder in an empty one, nothing
else. Prints how many recordings get the same composer, and the largest difference of a probability.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from takht.core import tables  # noqa: E402


def main() -> None:
    """Print the comparison as a line of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("data/demo"), help="the corpus")
    parser.add_argument("--experiment", default="best")
    options = parser.parse_args()
    split = tables.read_table(Path("data/split.csv"))
    tested = split["recording"][split["side"] == "test"].tolist()
    files = tables.read_table(Path("data/catalogue.csv")).set_index("recording")["file"]
    paths = [str((options.root / files[name]).absolute()) for name in tested]
    expected = evaluated(options.experiment)
    differences, same = [], 0
    for name, answer in zip(tested, predicted(options.experiment, paths), strict=True):
        told = {each["composer"]: each["probability"] for each in answer["decision"]["candidates"]}
        differences += [abs(told[composer] - expected.loc[name, composer]) for composer in told]
        same += max(told, key=lambda each: told[each]) == expected.loc[name].idxmax()
    sys.stdout.write(
        f"| {options.root} | `{options.experiment}` | {len(tested)} | {same} "
        f"| {max(differences):.4f} |\n"
    )


def evaluated(experiment: str) -> pd.DataFrame:
    """Return each recording's calibrated probabilities from the windows that `evaluate` wrote."""
    card = json.loads(Path(f"models/{experiment}/model.json").read_text(encoding="utf-8"))
    windows = tables.read_table(Path(f"data/predictions/{experiment}.csv"))
    columns = [f"p_{composer}" for composer in card["composers"]]
    means = windows[columns].astype(float).groupby(windows["recording"]).mean()
    powers = means ** (1 / card["confidence"]["temperature"])
    shares = powers.div(powers.sum(axis=1), axis=0)
    return shares.set_axis(card["composers"], axis=1)


def predicted(experiment: str, paths: list[str]) -> list[dict[str, Any]]:
    """Return what the command says of files, run in a folder with the model alone."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        shutil.copytree(f"models/{experiment}", here / "models" / experiment)
        words = ["-c", "from takht.cli.main import main; main()", "predict", "--json"]
        argv = [sys.executable, *words, "--model", experiment, *paths]
        # 1: something could not be answered, which the predictions say themselves.
        done = subprocess.run(argv, cwd=here, stdout=subprocess.PIPE, check=True)
    predictions: list[dict[str, Any]] = json.loads(done.stdout)["recordings"]
    return predictions


if __name__ == "__main__":
    main()
