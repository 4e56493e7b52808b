"""How far each alert is: not there, about to begin, there, about to end.

A state is what follows from the state before, a figure and the clock: nothing here reads or writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from procs.core.clock import Now
from procs.keeper.monitor.alert_rules import AlertRule

#: An alert that begins is not there yet; one that ends still is.
BEGINS, STANDS, ENDS = "begins", "stands", "ends"


@dataclass(frozen=True, slots=True)
class AlertState:
    """One alert: its phase, since when on the boot clock, and since when it is there on the wall
    clock. `detail` is what was found when it began."""

    kind: str
    subject: str
    phase: str
    since: float
    began: float
    detail: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the alert is told of: it began, and has not ended yet."""
        return self.phase in (STANDS, ENDS)


def follow(
    state: AlertState | None, rule: AlertRule, value: float | None, detail: str, *, now: Now
) -> AlertState | None:
    """The next state, None for an alert that is not there. A figure that cannot be had changes
    nothing."""
    if value is None:
        return state
    if state is None or state.phase == BEGINS:
        return beginning(state, rule, value, detail, now=now)
    if value >= rule.clears:
        return (
            replace(state, phase=STANDS, since=now.boot, detail=detail)
            if (state.phase == ENDS)
            else state
        )
    if state.phase == STANDS:
        state = replace(state, phase=ENDS, since=now.boot)
    return None if now.boot - state.since >= rule.quiet else state


def beginning(
    state: AlertState | None, rule: AlertRule, value: float, detail: str, *, now: Now
) -> AlertState | None:
    """The state of an alert that is not there, after a value: None below the threshold, BEGINS
    until it held for long enough, then STANDS."""
    if value <= rule.fires:
        return None
    state = state or AlertState(rule.kind, "", BEGINS, now.boot, now.wall)
    if now.boot - state.since < rule.hold:
        return state
    return replace(state, phase=STANDS, since=now.boot, began=now.wall, detail=detail)


def after_start(states: Mapping[str, AlertState], *, now: Now) -> dict[str, AlertState]:
    """The states that another monitor left, after whom nobody looked for a while, or the machine
    booted and its clock counts otherwise: what was about to begin is judged anew, what was there is
    until it is seen to end."""
    return {
        key: replace(state, phase=STANDS, since=now.boot)
        for key, state in states.items()
        if state.is_there
    }
