"""demo_corpus: compose and render the embedded corpus, original music by invented composers."""

import csv
from functools import partial
from pathlib import Path
from typing import ClassVar

from takht.stage import run

from pydantic import Field

from takht.demo.composers import COMPOSERS
from takht.demo.corpus import render
from takht.demo.plan import Recording, plan_recordings
from takht.runtime.atomic import atomic_folder
from takht.runtime.parallel import map_ordered
from takht.runtime.params import Section, Seed


class DemoCorpus(Section):
    at: ClassVar[str] = "demo_corpus"
    minutes: float = Field(ge=15, le=1500, description="length of all recordings together, min")
    seed: Seed


def demo_corpus(params: DemoCorpus, out_dir: Path) -> None:
    plan = plan_recordings(params.minutes, params.seed)
    with atomic_folder(out_dir) as folder:
        with (folder / "composers.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["folder", "label"])
            table.writerows([profile.folder, profile.label] for profile in COMPOSERS)
        for profile in COMPOSERS:
            (folder / profile.folder).mkdir()
        map_ordered(partial(_write, params.seed, folder), plan, label="demo_corpus")


def _write(seed: int, folder: Path, recording: Recording) -> None:
    name = f"{recording.stem}.{recording.extension}"
    (folder / recording.profile.folder / name).write_bytes(render(recording, seed))


if __name__ == "__main__":
    run(demo_corpus)
