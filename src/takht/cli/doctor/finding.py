"""What a check found."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    """A check's verdict, what it saw, and what to do; the remedy is empty where all is well."""

    check: str
    verdict: Verdict
    what: str
    remedy: str = ""

    def line(self) -> str:
        """Return the finding as a line of text."""
        return f"{self.verdict:8}{self.check}: {self.what}" + (
            f"; {self.remedy}" if self.remedy else ""
        )


def ok(check: str, what: str) -> Finding:
    """Return that all is well."""
    return Finding(check, "ok", what)


def warning(check: str, what: str, remedy: str) -> Finding:
    """Return what will do, but may bite."""
    return Finding(check, "warning", what, remedy)


def failed(check: str, what: str, remedy: str) -> Finding:
    """Return what will not do."""
    return Finding(check, "failed", what, remedy)
