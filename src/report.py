"""report: write one page to look at and listen to, with its sounds and pictures beside it."""

from pathlib import Path

from takht.stage import run

from takht.report.page import page, view
from takht.report.page.media import Media
from takht.report.results.json_files import read_json
from takht.runtime.atomic import atomic_folder


def report(
    result_dir: Path, segment_dir: Path, picture_dir: Path, template_dir: Path, out_dir: Path
) -> None:
    results = read_json(result_dir / "results.json")
    charts = view.build_charts(results)
    with atomic_folder(out_dir) as folder:
        media = Media(folder, segment_dir)
        context = view.build_context(results, charts, result_dir, media)
        context["pictures"] = {
            path.stem: media.picture(path, path.stem) for path in sorted(picture_dir.glob("*.png"))
        }
        text = page.render_page(template_dir, context, charts)
        (folder / "index.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(report)
