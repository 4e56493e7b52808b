"""What a visit of the doctor found, as text and for programs, and its exit code."""

from collections.abc import Iterable, Iterator, Sequence

from daemon.console import colours
from daemon.console.output import count, visible
from daemon.doctor.diagnosis import Finding, Severity
from procs.core import log

#: The exit code when nothing is wrong yet, and something will be.
ONLY_WARNINGS = 5
SEVERITY_WORDS = {
    Severity.OK: ("ok", ""),
    Severity.HINT: ("hint", colours.BLUE),
    Severity.WARNING: ("warning", colours.YELLOW),
    Severity.ERROR: ("error", colours.RED),
}


def lines(finding: Finding) -> Iterator[str]:
    """One finding: how bad, which check, what is wrong, what was seen, and what to do."""
    word, colour = SEVERITY_WORDS[finding.severity]
    seen = f" ({log.mask(finding.evidence)})" if finding.evidence else ""
    found = visible(f"{finding.check:<12}{finding.says}{seen}")
    yield f"{colours.painted(f'{word:<9}', colour)}{found}"
    if finding.fix:
        yield f"{'':21}fix: {visible(finding.fix)}"


def summary(findings: Sequence[Finding]) -> str:
    """How many are how bad."""
    counts = {s: sum(one.severity is s for one in findings) for s in Severity}
    if not counts[Severity.ERROR] and not counts[Severity.WARNING]:
        return f"all fine: {count(len(findings), 'finding')}"
    return (
        f"{count(counts[Severity.ERROR], 'error')}, {count(counts[Severity.WARNING], 'warning')}, "
        f"{count(counts[Severity.HINT], 'hint')}"
    )


def exit_code(findings: Iterable[Finding]) -> int:
    """0: nothing is wrong, 1: something is, 5: there are only warnings."""
    worst = max((one.severity for one in findings), default=Severity.OK)
    return {Severity.ERROR: 1, Severity.WARNING: ONLY_WARNINGS}.get(worst, 0)


def facts(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """The same for programs; these names stay."""
    return [
        {
            "check": one.check,
            "severity": SEVERITY_WORDS[one.severity][0],
            "says": one.says,
            "evidence": log.mask(one.evidence),
            "fix": one.fix,
            "mendable": one.mend is not None,
        }
        for one in findings
    ]
