"""What two recordings share, in words."""

from collections.abc import Iterator, Mapping

from takht.text.clock import format_clock
from takht.text.names import escape

CERTAIN_SECONDS, CERTAIN_SCORE = 20.0, 0.6  # at least: then the audio is the same beyond doubt


def describe_pair(
    first: Mapping[str, str], second: Mapping[str, str], found: Mapping[str, float]
) -> Iterator[str]:
    """Yield what two rows of the catalogue share and where, and a warning of two composers.

    `found` is their row of near_duplicates.csv.
    """
    both = f"{escape(first['file'])} and {escape(second['file'])}"
    seconds, score = found["seconds_alike"], found["score"]
    starts = format_clock(found["start_seconds"]), format_clock(found["duplicate_start_seconds"])
    is_certain = seconds >= CERTAIN_SECONDS and score >= CERTAIN_SCORE
    found_is = "the same audio" if is_certain else "what sounds like the same audio"
    yield (
        f"{both}: {seconds:.0f} s of {found_is}, from {starts[0]} in the first and {starts[1]} in "
        "the second; both stay on one side of the split"
    )
    if first["composer"] != second["composer"]:
        doubt = "labels are in doubt, listen and keep one"
        advice = doubt if is_certain else "listen to both: it may be a phrase in common"
        yield (
            f"warning: {both}: {found_is} under two composers, {escape(first['composer'])} "
            f"and {escape(second['composer'])}; {advice}"
        )
