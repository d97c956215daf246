"""segment: apply the gain and cut every recording into pieces of equal length."""

from pathlib import Path

from takht import jobs, outputs, stage, tables
from takht.errors import TakhtError
from takht.preparation import Segment
from takht.segmentation import Segmentation, segment_recording


def segment(params: Segment, wav_dir: Path, gains_csv: Path, out_dir: Path) -> None:
    if params.min_seconds > params.seconds:
        raise TakhtError(
            f"params.yaml: segment.min_seconds: at most segment.seconds ({params.seconds:g}), "
            f"got {params.min_seconds:g}; lower it"
        )
    table = tables.read_table(gains_csv, {"gain_db": "float64"})
    with outputs.fresh_folder(out_dir) as folder:
        items = [
            Segmentation(
                wav_dir / recording, folder / recording, gain_db, params.seconds, params.min_seconds
            )
            for recording, gain_db in zip(table["recording"], table["gain_db"], strict=True)
        ]
        jobs.each(segment_recording, items, label="segment")


if __name__ == "__main__":
    stage.run(segment)
