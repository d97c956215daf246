"""Which files of a folder were opened, and whether anybody called: the two ways in."""

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_OPEN = 0x20
_LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    """The names of the files in a folder that any process opens (Linux, inotify)."""

    def __init__(self, folder: Path) -> None:
        self._events = _LIBC.inotify_init1(os.O_NONBLOCK)
        assert _LIBC.inotify_add_watch(self._events, os.fsencode(folder), _IN_OPEN) >= 0

    def opened(self) -> set[str]:
        """Return the names of what was opened since the last call."""
        found: set[str] = set()
        while data := self._read():
            at = 0
            while at < len(data):
                (length,) = struct.unpack_from("I", data, at + 12)
                name = data[at + 16 : at + 16 + length].rstrip(b"\0")
                found.add(os.fsdecode(name))
                at += 16 + length
        return found - {""}  # the folder itself

    def close(self) -> None:
        """Stop watching."""
        os.close(self._events)

    def _read(self) -> bytes:
        try:
            return os.read(self._events, 2**16)
        except BlockingIOError:
            return b""


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Yield a port of this machine, TCP and UDP, and a list that grows when anybody calls it."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letters:
            letters.bind(("127.0.0.1", port))
            stop = threading.Event()
            threads = [
                threading.Thread(target=_answer, args=[server, callers, stop]),
                threading.Thread(target=_receive, args=[letters, callers, stop]),
            ]
            for thread in threads:
                thread.start()
            try:
                yield port, callers
            finally:
                stop.set()
                for thread in threads:
                    thread.join()


def _answer(server: socket.socket, callers: list[str], stop: threading.Event) -> None:
    server.settimeout(0.05)
    while not stop.is_set():
        try:
            call, address = server.accept()
        except TimeoutError:
            continue
        callers.append(f"tcp {address}")
        call.close()


def _receive(letters: socket.socket, callers: list[str], stop: threading.Event) -> None:
    letters.settimeout(0.05)
    while not stop.is_set():
        try:
            _, address = letters.recvfrom(2048)
        except TimeoutError:
            continue
        callers.append(f"udp {address}")
