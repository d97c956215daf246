"""What the data card says, from the catalogue and the split."""

from collections import Counter
from statistics import median

from committed import ROOT, Row, counts, listed, params, read, rows

from takht.text.collation import sort_names

SIDES = ("train", "validation", "test")
FEWEST_RECORDINGS = 3  # corpora/fetch_public.py leaves out composers with fewer


def summed(catalogue: list[Row], split: list[Row], rejected: list[Row]) -> Row:
    """Return what the data card says of a corpus, from its tables' rows."""
    seconds = [float(row["seconds"]) for row in catalogue]
    sides = {row["recording"]: row["side"] for row in split}
    return {
        "recordings": len(catalogue),
        "works": len({row["work"] for row in catalogue}),
        "seconds": round(sum(seconds), 1),
        "shortest_seconds": round(min(seconds), 1),
        "longest_seconds": round(max(seconds), 1),
        "median_seconds": round(median(seconds), 1),
        "codecs": counts(row["codec"] for row in catalogue),
        "sample_rates_hz": counts(row["sample_rate_hz"] for row in catalogue),
        "channels": counts(row["channels"] for row in catalogue),
        "rejected": len(rejected),
        "sides": counts(sides.values()),
        "composers": [
            _composer([row for row in catalogue if row["label"] == label], sides)
            for label in sort_names({row["label"] for row in catalogue})
        ],
    }


def _composer(catalogue: list[Row], sides: dict[str, str]) -> Row:
    of = Counter(sides[row["recording"]] for row in catalogue)
    seconds = sum(float(row["seconds"]) for row in catalogue)
    return {
        "composer": catalogue[0]["composer"],
        "label": catalogue[0]["label"],
        "recordings": len(catalogue),
        "seconds": round(seconds, 1),
        **{side: of[side] for side in SIDES},
    }


def values() -> Row:
    """Return what the data card's template needs."""
    found = read("docs/measured/corpus.json")
    demo = params()["demo_corpus"]
    sides = found["sides"]
    corpus = {
        "demo_minutes": f"{demo['minutes']:g}",
        "seed": demo["seed"],
        "recordings": found["recordings"],
        "works": found["works"],
        "minutes": round(found["seconds"] / 60),
        "shortest": found["shortest_seconds"],
        "longest": found["longest_seconds"],
        "median": found["median_seconds"],
        "codecs": listed(found["codecs"]),
        "rates": listed(found["sample_rates_hz"], " Hz"),
        "channels": listed(
            {
                {"1": "mono", "2": "stereo"}.get(n, f"{n} channels"): count
                for n, count in found["channels"].items()
            }
        ),
        "rejected": found["rejected"] or "nothing",
        "sides": ", ".join(f"{sides[side]} {side}" for side in SIDES),
        "composers": [
            row | {"minutes": f"{row['seconds'] / 60:.1f}"} for row in found["composers"]
        ],
    }
    return {"corpus": corpus, "public": public_values(rows(ROOT / "corpora/public.csv"))}


def public_values(files: list[Row]) -> Row:
    """Return what the list of the public corpus says."""
    sizes = Counter(row["composer"] for row in files)
    kept = [row for row in files if sizes[row["composer"]] >= FEWEST_RECORDINGS]
    return {
        "recordings": len(kept),
        "composers": len({row["composer"] for row in kept}),
        "minutes": round(sum(float(row["seconds"]) for row in kept) / 60),
        "packages": len({row["package"] for row in kept}),
        "licences": listed(counts(row["licence"] for row in kept)),
    }
