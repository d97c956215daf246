"""Which names say that a file is audio. Content decides; a name only whether it is missed."""

from pathlib import PurePath

# What `takht.audio.ffmpeg` lets in, and what holds music and is not let in: it gets its reason.
SUFFIXES = {
    ".3gp", ".8svx", ".aa3", ".aac", ".ac3", ".adts", ".aea", ".aif", ".aifc", ".aiff",
    ".aiffc", ".amr", ".ape", ".asf", ".au", ".avi", ".avr", ".bwf", ".caf", ".dff", ".dsf",
    ".dts", ".dtshd", ".eac3", ".ec3", ".flac", ".flv", ".gsm", ".latm", ".loas", ".m2ts",
    ".m4a", ".m4b", ".m4p", ".m4r", ".m4v", ".mka", ".mkv", ".mlp", ".mov", ".mp+", ".mp1",
    ".mp2", ".mp3", ".mp4", ".mpa", ".mpc", ".mpeg", ".mpg", ".mpga", ".mts", ".nist",
    ".ofr", ".oga", ".ogg", ".ogv", ".ogx", ".oma", ".opus", ".pcm", ".pvf", ".ra", ".rf64",
    ".rm", ".rmvb", ".sd2", ".shn", ".snd", ".sox", ".sph", ".spx", ".tak", ".thd", ".ts",
    ".tta", ".vob", ".voc", ".w64", ".wav", ".wave", ".weba", ".webm", ".wma", ".wmv",
    ".wv",
}  # fmt: skip


def is_named_as_audio(name: str) -> bool:
    """Tell whether a file's name says that it is audio."""
    return PurePath(name).suffix.lower() in SUFFIXES
