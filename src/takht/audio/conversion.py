"""From one recording to its mono PCM16 parts: a pure function of the file and the settings."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from takht.audio.ffmpeg import Unreadable, read_ffmpeg_version
from takht.audio.probe import Probe, probe
from takht.audio.wav_parts import PartsWriter
from takht.cache.per_recording import RecordingCache, Task
from takht.runtime.atomic import remove_path
from takht.runtime.params import Section


class AudioSettings(Section):
    """What all audio becomes."""

    at: ClassVar[str] = "audio"
    sample_rate_hz: int = Field(ge=8_000, le=96_000, description="of all audio from here on, Hz")


class ConvertSettings(Section):
    """How long the parts of a converted recording are."""

    at: ClassVar[str] = "convert"
    part_minutes: float = Field(ge=0.05, le=30, description="longest part of a recording, minutes")


@dataclass(frozen=True)
class Conversion:
    """A recording to decode, and how."""

    source: Path
    sample_rate_hz: int
    part_samples: int


def convert_recording(item: Conversion, folder: Path) -> dict[str, Any] | str:
    """Write the recording as mono PCM16 parts at one rate, in constant memory.

    Returns the fields of a Probe, or why the file cannot be read (reason; remedy); then there is no
    folder.
    """
    try:
        with PartsWriter(folder, item.sample_rate_hz, item.part_samples) as parts:
            return asdict(probe(item.source, item.sample_rate_hz, parts.add, parts.restart))
    except Unreadable as error:
        remove_path(folder)
        return error.advise("remove it or fetch it again")


def conversion_task(
    source: Path, target: str, audio: AudioSettings, convert: ConvertSettings
) -> Task:
    """Return the conversion of a recording: `catalogue` and `convert` share its one decode."""
    part_samples = round(convert.part_minutes * 60 * audio.sample_rate_hz)
    item = Conversion(source, audio.sample_rate_hz, part_samples)
    return Task(target, (source,), [item.sample_rate_hz, part_samples, read_ffmpeg_version()], item)


def probe_recordings(
    sources: Sequence[Path], audio: AudioSettings, convert: ConvertSettings, scratch: Path
) -> list[Probe | str]:
    """Return what each file holds, or why it cannot be read."""
    tasks = [conversion_task(source, str(n), audio, convert) for n, source in enumerate(sources)]
    notes = conversion_cache("catalogue", "file").map_notes(tasks, scratch)
    return [note if isinstance(note, str) else Probe(**note) for note in notes]


def conversion_cache(label: str, unit: str = "recording") -> RecordingCache:
    """Return the work of converting recordings; of those without use nothing is kept."""
    return RecordingCache(convert_recording, label, unit, threads=True, is_kept=_is_sound)


def _is_sound(note: dict[str, Any] | str) -> bool:
    return not isinstance(note, str) and Probe(**note).peak < float("inf")
