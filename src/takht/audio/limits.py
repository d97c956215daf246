"""What decoding one recording may take. Each is far above what a day of music needs.

A day of stereo m4a at 44.1 kHz, whose table of contents ffmpeg holds in memory, takes 748 MiB of
address space, 559 of it before a file is opened; a day of flac, minutes of processor time.
"""

import contextlib
import sys

MAX_HOURS = 24  # a small file can claim, and decode to, silence without end
MAX_BYTES = 64 * 2**30  # a day of 24 bits, stereo, 96 kHz is 50 GB; a sparse file has any size
MAX_MEMORY_BYTES = 1280 * 2**20  # address space of ffmpeg
MAX_BLOCK_BYTES = 256 * 2**20  # allocated by ffmpeg at once; a day's table of contents is 90 MB
MAX_CPU_SECONDS = 3600  # of ffmpeg; eight channels at 192 kHz are slow to decode
STALL_SECONDS = 60.0  # without a byte from ffmpeg: a share that went away, a decoder that hangs


def is_too_long(frames: int, sample_rate_hz: int) -> bool:
    """Tell whether so many frames are more than MAX_HOURS."""
    return frames > MAX_HOURS * 3600 * sample_rate_hz


def find_size_fault(size_bytes: int) -> str | None:
    """Return that a file is larger than MAX_BYTES, or None."""
    if size_bytes <= MAX_BYTES:
        return None
    return f"is too large, {size_bytes / 2**30:.0f} GiB, at most {MAX_BYTES / 2**30:g} are allowed"


ARE_HELD = sys.platform == "linux"  # from outside a process; elsewhere ffmpeg minds its time


def limit_process(process_id: int) -> None:
    """Limit the address space and the processor time of a running child, where the system can.

    From outside, because code between fork and exec (`preexec_fn`) may deadlock beside threads.
    After its time the child hears SIGXCPU, again and again; it is not killed.
    """
    if sys.platform == "linux":
        import resource

        for kind, most in (
            (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
            (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        ):
            # One by one: where a stricter limit of the one holds already, the other is still set.
            with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
                _, hard = resource.prlimit(process_id, kind)
                if kind == resource.RLIMIT_AS:
                    hard = most
                resource.prlimit(process_id, kind, (most, hard))
