"""The page's sounds and pictures: each written once, into one folder beside the page."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from takht.report.page import sounds
from takht.report.page.sounds import Sound

EXCERPT_SECONDS = 15.0


class Media:
    """The folder `media` of a page in the making; what it returns is how the page refers to it."""

    def __init__(self, page_dir: Path, segment_dir: Path) -> None:
        self._page_dir = page_dir
        self._segment_dir = segment_dir
        self._known: dict[str, dict[str, Any]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        (page_dir / "media").mkdir()

    def moment(self, recording: str, segment: int, at_seconds: float) -> dict[str, Any]:
        """Return src, seconds and start_seconds of an excerpt around a moment of a recording."""
        sound, start_seconds = sounds.cut_moment(
            self._segment_dir, recording, segment, at_seconds, EXCERPT_SECONDS
        )
        return self._kept(sound, "moment") | {"start_seconds": start_seconds}

    def example(self, recording: str) -> dict[str, Any]:
        """Return src and seconds of an excerpt from a recording; the same for the same one."""
        if recording not in self._known:
            sound = sounds.cut_middle(self._segment_dir, recording, EXCERPT_SECONDS)
            self._known[recording] = self._kept(sound, "example")
        return self._known[recording]

    def whole(self, path: Path, kind: str) -> dict[str, Any]:
        """Return src and seconds of a whole sound."""
        return self._kept(sounds.read_sound(path), kind)

    def picture(self, path: Path, kind: str) -> str:
        """Return the src of a copy of a PNG."""
        name = self._name(kind, "png")
        shutil.copyfile(path, self._page_dir / name)
        return name

    def _kept(self, sound: Sound, kind: str) -> dict[str, Any]:
        name = self._name(kind, "mp3")
        sounds.write_mp3(sound, self._page_dir / name)
        return {"src": name, "seconds": sound.seconds}

    def _name(self, kind: str, suffix: str) -> str:
        """Return a free name that needs no escaping, whatever the recording is called."""
        self._counts[kind, suffix] += 1
        return f"media/{kind}-{self._counts[kind, suffix]:02d}.{suffix}"
