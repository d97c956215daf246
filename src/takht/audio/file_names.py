"""Which names say that a file is audio. Content decides; a name only whether it is missed."""

from pathlib import PurePath

SUFFIXES = {
    # Of the containers that `takht.audio.ffmpeg` lets in.
    ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".asf", ".au",
    ".avi", ".caf", ".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp2",
    ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".rf64", ".snd", ".spx", ".tta",
    ".w64", ".wav", ".webm", ".wma", ".wmv", ".wv",
    # Their kin, and what holds music but is not let in: it gets its reason, not silence.
    ".3gp", ".adts", ".aiffc", ".bwf", ".dff", ".dsf", ".dts", ".eac3", ".flv", ".gsm", ".latm",
    ".m2ts", ".m4p", ".m4r", ".m4v", ".mp1", ".mpa", ".mpc", ".mpeg", ".mpg", ".mpga", ".mts",
    ".ofr", ".ogv", ".ogx", ".pcm", ".ra", ".rm", ".rmvb", ".sd2", ".shn", ".tak", ".ts", ".voc",
    ".vob", ".wave", ".weba",
}  # fmt: skip


def is_named_as_audio(name: str) -> bool:
    """Tell whether a file's name says that it is audio."""
    return PurePath(name).suffix.lower() in SUFFIXES
