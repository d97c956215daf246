"""report: write one page to look at and listen to, with its sounds and pictures beside it."""

from pathlib import Path

from takht.stage import run

from takht.report.page import page, view
from takht.report.page.media import Media
from takht.report.results.gather import gather_results
from takht.runtime.atomic import atomic_folder


def report(
    params_yaml: Path,
    main_lock: Path,
    checks_lock: Path,
    generation_lock: Path,
    catalogue_csv: Path,
    rejected_csv: Path,
    near_duplicates_csv: Path,
    split_csv: Path,
    metrics_dir: Path,
    predictions_dir: Path,
    confusion_dir: Path,
    curve_dir: Path,
    model_dir: Path,
    generated_dir: Path,
    generation_json: Path,
    segment_dir: Path,
    picture_dir: Path,
    template_dir: Path,
    out_dir: Path,
) -> None:
    results = gather_results(
        params_yaml,
        main_lock,
        checks_lock,
        generation_lock,
        catalogue_csv,
        rejected_csv,
        near_duplicates_csv,
        split_csv,
        metrics_dir,
        predictions_dir,
        confusion_dir,
        curve_dir,
        model_dir,
        generated_dir,
        generation_json,
    )
    charts = view.build_charts(results)
    with atomic_folder(out_dir) as folder:
        media = Media(folder, segment_dir)
        context = view.build_context(results, charts, generated_dir, media)
        context["pictures"] = {
            path.stem: media.picture(path, path.stem) for path in sorted(picture_dir.glob("*.png"))
        }
        text = page.render_page(template_dir, context, charts)
        (folder / "index.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(report)
