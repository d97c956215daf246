"""What people ask of the generator, checked before any work: model, names, seconds, files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from takht.cli.arguments.output_paths import require_absent, require_suffix, require_writable
from takht.cli.arguments.project import locate_models
from takht.errors import OptionError
from takht.text import names

if TYPE_CHECKING:
    from takht.generation.prior.prior import Prior

MAX_SECONDS = 600.0  # a spectrogram of ten minutes and its phases take a gigabyte
MIN_SECONDS = 1.0


def require_seconds(seconds: float) -> None:
    """Raise TakhtError unless the length is from 1 s to 10 minutes."""
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        raise OptionError(
            f"--seconds: from {MIN_SECONDS:g} to {MAX_SECONDS:g}, got {seconds:g}; choose a length "
            "in between"
        )


def require_within(value: float, least: int, most: int, of: str) -> None:
    """Raise TakhtError unless the number is in its range."""
    if not least <= value <= most:
        raise OptionError(f"{of}: from {least} to {most}, got {value}; choose one in between")


def open_prior(models_dir: Path | None) -> "Prior":
    """Return the trained prior of a folder of models; without one, of the project's.

    Raises:
        TakhtError: it is not there, or this version cannot use it.
    """
    from takht.generation.codec.codec_folder import load_codec
    from takht.generation.prior.prior_folder import load_prior

    folder = locate_models(models_dir)
    return load_prior(folder / "prior", load_codec(folder / "codec"))


def find_composer(asked: str | None, folders: Sequence[str], labels: Sequence[str]) -> int | None:
    """Return the place of the composer whose folder or label is asked for, None for anyone.

    Raises:
        TakhtError: there is no such composer.
    """
    if asked is None:
        return None
    for alike in (names.to_nfc, names.fold):  # names may differ in capitals only
        for spelling in (folders, labels):
            known = [alike(name) for name in spelling]
            if alike(asked) in known:
                return known.index(alike(asked))
    known = [
        f"{folder} ({label})" if label != folder else folder
        for folder, label in zip(folders, labels, strict=True)
    ]
    raise OptionError(
        f"--composer: the model does not know '{names.escape(asked)}'; choose one of "
        f"{', '.join(map(names.escape, known))}, or leave the option out"
    )


def name_targets(out: Path, count: int, *, force: bool = False) -> list[Path]:
    """Return where so many pieces go: `piece.wav` itself, or `piece-01.wav` and on.

    Raises:
        TakhtError: a file of that name cannot be written there, is no WAV, or is there already and
            `force` does not say to overwrite it.
    """
    require_suffix(out, ".wav")
    width = len(str(count))
    paths = (
        [out]
        if count == 1
        else [
            out.with_name(f"{out.stem}-{number:0{width}d}{out.suffix}")
            for number in range(1, count + 1)
        ]
    )
    for path in paths:
        if not force:
            require_absent(path)
        require_writable(path)
    return paths
