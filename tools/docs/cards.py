"""Write docs/model-card.md and docs/data-card.md from what was measured.

cards.py        write both from committed files
cards.py keep   first sum up data/catalogue.csv and data/split.csv in docs/measured/corpus.json
"""

import json
import sys
from pathlib import Path

import data_card
import model_values
import yaml
from committed import ROOT, rows
from jinja2 import Environment, FileSystemLoader, StrictUndefined

CORPUS = ROOT / "docs/measured/corpus.json"
CARDS = {"model-card.md": model_values.values, "data-card.md": data_card.values}
SUMMED = ("data/catalogue.csv", "data/split.csv", "data/rejected.csv")


def main() -> None:
    if sys.argv[1:] == ["keep"]:
        tables = (rows(ROOT / name) for name in SUMMED)
        text = json.dumps(
            {"outputs": locked(), **data_card.summed(*tables)}, ensure_ascii=False, indent=2
        )
        CORPUS.write_text(text + "\n", encoding="utf-8")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    for name in CARDS:
        (ROOT / "docs" / name).write_text(card(name), encoding="utf-8")


def card(name: str) -> str:
    """Return a card's Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("cards")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    values = CARDS[name]()
    return environment.get_template(f"{name}.j2").render(values)


def locked() -> dict[str, str]:
    """Return the checksums in dvc.lock of the tables that docs/measured/corpus.json sums up."""
    stages = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    outs = {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}
    return {name: outs[name] for name in SUMMED}


if __name__ == "__main__":
    main()
