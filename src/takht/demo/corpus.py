"""One recording of the embedded corpus, from its plan to the bytes of its file."""

from takht.demo.encoding import encoded, levelled
from takht.demo.performance import performed
from takht.demo.plan import Recording

RENDER_HZ = 32_000


def rendered(recording: Recording, seed: int) -> bytes:
    """Return the recording as the bytes of an audio file."""
    mix = performed(
        recording.profile, recording.stem, recording.seconds, recording.channels, RENDER_HZ, seed
    )
    mix = levelled(mix, RENDER_HZ, recording.rate_hz, recording.peak_dbfs)
    return encoded(mix, recording.rate_hz, recording.extension)
