"""Alerts that stand, and admins who hear of none, as `chapar status` says them."""

from collections.abc import Sequence

from daemon.console.output import count, minute
from procs.errors import alert_kinds, remedies
from procs.store.health.alerts import Alert


def lines(alarms: Sequence[Alert], deaf: Sequence[tuple[int, float, str]]) -> list[str]:
    """The alerts that have no place of their own in the status, and the admins who hear of none,
    each since when and why."""
    lines = []
    for one in alarms:
        if one.kind not in (alert_kinds.REVOKED, alert_kinds.LOW):
            times = count(one.count, "time")
            lines.append(f"ALERT {one.kind} {one.subject}: {times} since {minute(one.first_at)}")
            lines.append(f"  {remedies.of(one.kind)}")
    for admin, since, why in deaf:
        lines.append(f"admin {admin} hears of no alert since {minute(since)} ({why})")
        lines.append(f"  {remedies.DEAF}")
    return [*lines, ""] if lines else []
