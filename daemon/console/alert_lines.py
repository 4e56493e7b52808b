"""Alerts that stand, sign-ins that are lost, and admins who hear of none, as `chapar status` says
them."""

from collections.abc import Sequence

from daemon.console.output import count, minute
from procs.config import Settings
from procs.core import clock
from procs.errors import alert_kinds, remedies
from procs.store.health.alerts import Alert
from procs.store.limits.revoked_sessions import RevokedSession
from procs.texts import i18n


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


def lost_sign_ins(settings: Settings, lost: Sequence[RevokedSession]) -> list[str]:
    """The sign-ins that Telegram took away, and what to do, each on the machine that had it."""
    lines = []
    for one in lost:
        age = i18n.span("en", clock.now().wall - one.since)
        is_here = one.machine in ("", settings.shared_name)
        file = f": rm {settings.sessions / one.file}*"
        way = file if is_here else f", on the machine {one.machine}: chapar status there tells how"
        lines += [
            f"{one.name} stands still: Telegram took its sign-in away {age} ago ({one.why})",
            f"  see that no other process uses it, then sign in anew{way}",
            "",
        ]
    return lines
