"""One recording of the embedded corpus, from its plan to the bytes of its file."""

from takht.demo.encoding import encode, limit_peaks
from takht.demo.performance import perform
from takht.demo.plan import Recording

RENDER_HZ = 32_000


def render(recording: Recording, seed: int) -> bytes:
    """Return the recording as the bytes of an audio file."""
    mix = perform(
        recording.profile, recording.stem, recording.seconds, recording.channels, RENDER_HZ, seed
    )
    mix = limit_peaks(mix, RENDER_HZ, recording.rate_hz, recording.peak_dbfs)
    return encode(mix, recording.rate_hz, recording.extension)
