"""Who is told of which kind of alert: the least role that can do something about it. Pure."""

from procs.errors import alert_kinds
from procs.records.admin_role import Role

#: Kinds that others than operators look after: sponsors have managers of their own, files of
#: cookies and backups are for owners. Without a way into Telegram an operator can at least pause
#: the bot, so the critical kinds are theirs too.
OTHER_ROLES = {
    alert_kinds.SPONSOR_LOST: Role.SPONSORS,
    alert_kinds.SPONSOR_UNSURE: Role.SPONSORS,
    alert_kinds.ENDING: Role.OWNER,
    alert_kinds.REFUSED: Role.OWNER,
    alert_kinds.NO_BACKUP: Role.OWNER,
    alert_kinds.DRILL: Role.OWNER,
    alert_kinds.UNCOPIED: Role.OWNER,
}
#: The lowest role that is told of any kind.
LOWEST = min(OTHER_ROLES.values())


def least(kind: str) -> Role:
    """The lowest role that is told of a kind; one of a later version is for operators."""
    return OTHER_ROLES.get(kind, Role.OPERATOR)


def chosen_by(role: Role) -> list[str]:
    """The kinds that somebody of a role may switch off, in their order."""
    free = alert_kinds.ALL_ALERTS - alert_kinds.CRITICAL_ALERTS
    return sorted(kind for kind in free if role >= least(kind))
