"""What DVC's lock files record, and whether a result was made from what is there now."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from takht.errors import TakhtError
from takht.runtime.yaml_files import look_up, read_yaml

Stages = Mapping[str, Mapping[str, Any]]


def read_locks(files: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return what each stage's last run recorded, of all the lock files that exist.

    Raises:
        TakhtError: a lock file is no YAML of DVC's.
    """
    stages: dict[str, dict[str, Any]] = {}
    for file in files:
        if not file.exists():
            continue
        try:
            stages |= read_yaml(file)["stages"]
        except (TakhtError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise TakhtError(
                f"{file}: not a lock file of DVC ({reason}); `git checkout {file}`, or run "
                "`dvc repro` again"
            ) from None
    return stages


class Records:
    """The recorded stages and the parameters of today, asked whether an output is up to date."""

    def __init__(self, stages: Stages, params: Mapping[str, Any]) -> None:
        self.stages = stages
        self.params = params
        self._maker = {
            out["path"]: name for name, stage in stages.items() for out in stage.get("outs", [])
        }

    def outdated(self, path: Path) -> bool:
        """Tell whether the output was made from other inputs or settings than those of today.

        Code is not compared. What no lock file records is taken as it is.
        """
        name = self._maker.get(path.as_posix())
        if name is None:
            return False
        (own,) = (out for out in self.stages[name]["outs"] if out["path"] == path.as_posix())
        return self._differs(path, own["md5"]) or not self.is_current(name)

    def is_current(self, name: str) -> bool:
        """Tell whether the last run of a stage had the inputs and settings of today."""
        stage = self.stages.get(name, {})
        settings = stage.get("params", {}).get("params.yaml", {})
        if any(look_up(self.params, *key.split(".")) != value for key, value in settings.items()):
            return False
        return all(self._stands(dep) for dep in stage.get("deps", []))

    def _stands(self, dep: Mapping[str, Any]) -> bool:
        """Tell whether a stage's input is what its maker's last run wrote, and that is current."""
        maker = self._maker.get(dep["path"])
        if maker is None:
            return True
        outs = {out["path"]: out["md5"] for out in self.stages[maker]["outs"]}
        return bool(outs[dep["path"]] == dep["md5"]) and self.is_current(maker)

    @staticmethod
    def _differs(path: Path, md5: str) -> bool:
        if not path.is_file():  # a folder's hash is DVC's own
            return False
        return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != md5
