"""Does what findings offer to do by themselves: `chapar doctor --fix`."""

from collections.abc import Callable, Iterable

from daemon.doctor.diagnosis import Finding


def carry_out(findings: Iterable[Finding], say: Callable[[str], None]) -> None:
    """Each kind of mend once, however many findings offer it; says so where there is none. Raises
    OSError."""
    done: set[str] = set()
    for one in findings:
        if one.mend is not None and one.check not in done:
            done.add(one.check)
            say(f"{one.check}: {one.mend()}")
    if not done:
        say("nothing here can be mended safely without you")
