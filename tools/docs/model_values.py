"""What the model card says, from metrics and cross-validation."""

from statistics import mean

from committed import ROOT, Row, params, read, rows, share

from takht.text.collation import sort_names


def values() -> Row:
    """Return what the model card's template needs."""
    chosen = params()
    best, leak, controls, crossval = (
        read(f"metrics/{kind}best.json") for kind in ("", "leak/", "sanity_checks/", "crossval/")
    )
    mel = chosen["scales"][chosen["scale"]]
    frame_s = mel["mel"]["hop_samples"] / chosen["audio"]["sample_rate_hz"]
    known = (
        "the models give it too seldom"
        if controls["open_set_auroc"] < 0.8
        else "the models often give it"
    )
    return {
        "scale": chosen["scale"],
        "corpus": "the demo corpus",
        "models": [_model(name, how) for name, how in chosen["experiments"].items()],
        "window_seconds": f"{mel['windows']['frames'] * frame_s:.0f}",
        "step_seconds": f"{mel['windows']['step_frames'] * frame_s:.0f}",
        "stranger_sentence": known,
        "n_recordings": best["n_recordings"],
        "n_crossval": crossval["n_recordings"],
        "chance": share(controls["majority_class_share"]),
        "leaky": share(leak["accuracy_windows_leaky"]),
        "honest": share(leak["accuracy_windows"]),
        "auroc": share(controls["open_set_auroc"]),
        "identified": share(controls["unknown_identified_at_95"]),
        "composers": by_composer(rows(ROOT / "plots/crossval/best.csv"), labels()),
        "target_lufs": f"{chosen['normalize']['target_lufs']:g}".replace("-", "−"),
        "train_cpu_s": read("docs/measured/demo.json")["experiments"]["best"]["train_cpu_s"],
    }


def _model(name: str, how: Row) -> Row:
    metrics, crossval = read(f"metrics/{name}.json"), read(f"metrics/crossval/{name}.json")

    def interval(key: str) -> str:
        low, high = share(metrics[f"{key}_low"]), share(metrics[f"{key}_high"])
        return f"{share(metrics[key])} [{low}, {high}]"

    network = how["model"] if how["kind"] == "network" else ""
    sees = f"`{how['features']}`"
    if "statistics" in how:
        sees = f"statistics: {', '.join(f'`{each}`' for each in how['statistics'])}"
    return {
        "name": name,
        "kind": f"network `{network}`" if network else "linear discriminant",
        "sees": sees,
        "parameters": metrics["parameters"],
        "mflop": f"{metrics['mflop_per_window']:.2g}",
        "right": interval("accuracy_recordings"),
        "macro_f1": interval("macro_f1_recordings"),
        "top3": share(metrics["top3_accuracy_recordings"]),
        "calibration": share(metrics["ece"]),
        "crossval": share(crossval["accuracy_recordings"]),
    }


def by_composer(tested: list[Row], shown: dict[str, str]) -> list[Row]:
    """Return each composer's recordings and accuracy over all repeats."""
    composers = {row["composer"]: shown[row["composer"]] for row in tested}
    found = []
    for label in sort_names(composers.values()):
        mine = [row for row in tested if composers[row["composer"]] == label]
        found.append(
            {
                "label": label,
                "recordings": len({row["recording"] for row in mine}),
                "right": share(mean(row["predicted"] == row["composer"] for row in mine)),
            }
        )
    return found


def labels() -> dict[str, str]:
    """Return the label of each composer of the demo corpus, by folder."""
    return {row["composer"]: row["label"] for row in read("docs/measured/corpus.json")["composers"]}
