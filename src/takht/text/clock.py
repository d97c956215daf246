"""Moments of a recording as people write them."""


def format_clock(seconds: float) -> str:
    """Return 0:07, 12:00 or 1:02:03, rounded to whole seconds."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
