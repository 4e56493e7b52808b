"""One result of `chapar doctor`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad a finding is: a hint changes nothing for people, a warning will, an error does."""

    OK = 0
    HINT = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `check` is its name, which stays the same from version to version;
    `evidence` is what was seen, `fix` what to do, "" where nothing has to be done. `mend` does it,
    where that is safe while Chapar runs, and says in a sentence what it did."""

    check: str
    severity: Severity
    says: str
    evidence: str = ""
    fix: str = ""
    mend: Callable[[], str] | None = None


def fine(check: str, says: str, evidence: str = "") -> Finding:
    """A check that found nothing wrong."""
    return Finding(check, Severity.OK, says, evidence)


def complaint(check: str, sentence: str, severity: Severity = Severity.ERROR) -> Finding:
    """A complaint of `chapar check`, which has its fix behind the first semicolon."""
    says, _, fix = sentence.partition("; ")
    return Finding(check, severity, says, fix=fix)


def whole(check: str, complaints: list[str], says: str, evidence: str = "") -> list[Finding]:
    """A finding for each complaint, or one that says that there is none."""
    return [complaint(check, one) for one in complaints] or [fine(check, says, evidence)]
