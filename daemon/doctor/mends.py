"""Does what findings offer to do by themselves: `chapar doctor --fix`."""

from collections.abc import Callable, Iterable, Sequence

from daemon.doctor.diagnosis import Finding


def carry_out(findings: Iterable[Finding], say: Callable[[str], None]) -> Sequence[Finding]:
    """Each kind of mend once, however many findings offer it; says so where there is none. Returns
    the findings that are left: a mend that fails leaves its own."""
    tried: set[str] = set()
    failed: set[str] = set()
    left = []
    for one in findings:
        if one.mend is not None and one.check not in tried:
            tried.add(one.check)
            try:
                say(f"{one.check}: {one.mend()}")
            except OSError as error:
                failed.add(one.check)
                say(f"{one.check}: could not be mended ({error})")
        if one.mend is None or one.check in failed:
            left.append(one)
    if not tried:
        say("nothing here can be mended safely without you")
    return left
