"""A file can ask for other files and for connections; none is opened, however it asks."""

import re
import subprocess

import every_kind
import odd_playlists
import pytest
from odd_making import wav
from probed import probe
from watching import Watch, listening

from takht.audio import ffmpeg
from takht.audio.probe import Probe

# A name can decide what ffmpeg takes a text for.
NAMES = ("song.mp3", "song.wav", "song.m3u8", "song.ogg")
OWN = {"hls": "m3u8", "dash": "mpd", "sdp": "sdp", "asx": "asx", "pls": "pls", "ffconcat": "txt"}


@pytest.fixture
def folder(tmp_path):
    for name in ("canary.wav", "canary.mkv", "canary"):
        (tmp_path / name).write_bytes(wav()("canary"))
    return tmp_path


@pytest.fixture
def watch(folder):
    watching = Watch(folder)
    watching.opened()
    yield watching
    watching.close()


@pytest.fixture(scope="module")
def listener():
    with listening() as heard:
        yield heard


@pytest.mark.slow
@pytest.mark.parametrize("kind", odd_playlists.TEXTS)
def test_a_playlist_opens_neither_a_file_nor_a_connection(folder, watch, listener, kind):
    port, callers = listener
    own = {f"song.{OWN[kind]}"} if kind in OWN else set()
    canary = folder.as_posix() + "/canary.wav"
    targets = (canary, "canary.wav", f"file:{canary}", f"http://127.0.0.1:{port}/x.mp3")
    for name in sorted({*NAMES, *own}):
        for target in targets[: 4 if name in {"song.mp3", *own} else 1]:
            (folder / name).write_text(odd_playlists.TEXTS[kind].format(target, port))
            watch.opened()
            assert isinstance(probe(folder / name), str)
            assert watch.opened() == {name}
    assert callers == []


@pytest.mark.parametrize("address", ["http", "https", "tcp", "udp", "rtp", "rtsp", "ftp", "srt"])
def test_no_protocol_is_spoken(folder, listener, address):
    port, callers = listener
    text = odd_playlists.TEXTS["hls"].format(f"{address}://127.0.0.1:{port}/x.ts")
    for name in ("song.mp3", "song.m3u8"):  # ffmpeg takes only the second for a playlist
        (folder / name).write_text(text)
        assert isinstance(probe(folder / name), str)
    assert callers == []


def test_no_protocol_is_spoken_even_where_a_playlist_is_read(folder, listener, monkeypatch):
    """Two locks hold: above, ffmpeg reads no playlist; here it does, and opens only local files."""
    port, callers = listener
    listed = [ffmpeg.find_ffmpeg(), "-hide_banner", "-protocols"]
    said = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    protocols = set(said.split("Input:")[1].split("Output:")[0].split()) - {"file", "pipe"}
    assert {"http", "tcp", "udp", "subfile", "concat"} <= protocols
    monkeypatch.setattr(ffmpeg, "FORMATS", f"{ffmpeg.FORMATS},concat")
    argv = ffmpeg.build_command(folder / "song.mp3")
    argv[argv.index("-i") : argv.index("-i")] = ["-safe", "0"]
    for protocol in sorted(protocols):
        target = f"{protocol}://127.0.0.1:{port}/x.mp3"
        (folder / "song.mp3").write_text(odd_playlists.TEXTS["ffconcat"].format(target))
        done = subprocess.run(argv, check=False, capture_output=True, text=True)
        refused = rf"Protocol '{protocol}' not on whitelist 'file,pipe'|\[rtp @.* not on whitelist"
        assert re.search(refused, done.stderr)
    assert callers == []


@pytest.mark.parametrize("demuxer", ffmpeg.FORMATS.split(","))
def test_every_kind_that_is_let_in_opens_only_itself(folder, watch, listener, demuxer):
    """Of these only `mov` can hold its sound elsewhere, which ffmpeg does not follow: see below."""
    port, callers = listener
    path = folder / f"song.{demuxer}"
    for target in ("canary.wav", f"http://127.0.0.1:{port}/x.mp3"):
        path.write_bytes(every_kind.make(demuxer, target))
        argv = [ffmpeg.find_ffmpeg(), "-hide_banner", "-i", str(path)]
        said = subprocess.run(argv, check=False, capture_output=True).stderr
        assert re.search(rf"^Input #0, {demuxer}\b".encode(), said, re.MULTILINE)
        watch.opened()
        probe(path)
        assert watch.opened() == {path.name}
    assert callers == []


def test_containers_that_refer_to_others_are_read_alone(folder, watch):
    (folder / "chapters.mkv").write_bytes(odd_playlists.matroska("canary.mkv"))
    (folder / "external.mov").write_bytes(odd_playlists.quicktime("canary"))
    watch.opened()
    held = probe(folder / "chapters.mkv")
    assert isinstance(held, Probe)
    assert (held.sample_rate_hz, held.seconds) == (8000, 6.5)  # the canary has 22,050
    assert watch.opened() == {"chapters.mkv"}
    held = probe(folder / "external.mov")
    assert isinstance(held, Probe)
    assert held.seconds == 0
    assert watch.opened() == {"external.mov"}


@pytest.mark.parametrize(
    ("name", "options"),
    [("song.txt", ["-safe", "0", "-f", "concat"]), ("external.mov", ["-enable_drefs", "1"])],
)
def test_the_baits_work_where_nothing_is_forbidden(folder, watch, name, options):
    """Else the tests above would prove nothing."""
    (folder / "song.txt").write_text(odd_playlists.TEXTS["ffconcat"].format("canary"))
    (folder / "external.mov").write_bytes(odd_playlists.quicktime("canary"))
    watch.opened()
    argv = [ffmpeg.find_ffmpeg(), "-v", "quiet", *options, "-i", str(folder / name)]
    subprocess.run([*argv, "-f", "null", "-"], check=True)
    assert watch.opened() == {name, "canary"}


def test_the_listener_hears_a_call(folder):
    with listening() as (port, callers):
        bait = folder / "list.m3u8"
        bait.write_text(odd_playlists.TEXTS["hls"].format(f"tcp://127.0.0.1:{port}"))
        argv = [ffmpeg.find_ffmpeg(), "-v", "quiet", "-f", "hls", "-i", f"http://127.0.0.1:{port}"]
        subprocess.run([*argv, "-f", "null", "-"], check=False)
        assert any(caller.startswith("tcp") for caller in callers)
