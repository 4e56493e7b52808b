"""What people read of a link that is not taken."""

from procs.store.database import Database
from procs.store.requests.allowances import DAY_FULL, DAY_SHORT, GROUP_FULL, Allowance
from procs.store.requests.requests import Submitted
from procs.texts import i18n
from procs.texts.i18n import LocalText


def words(
    db: Database, person: int, language: str, done: Submitted, allowance: Allowance
) -> LocalText:
    """Why this was not taken, and until when and by which reason where an admin gave one."""
    quota = allowance.of_day(allowance.kind(db, person))
    most = allowance.group if done.outcome == GROUP_FULL else allowance.most
    most = quota.requests if done.outcome in (DAY_FULL, DAY_SHORT) else most
    size = i18n.size(language, quota.bytes)
    lines = [i18n.say(language, f"refused-{done.outcome}", most=most, size=size)]
    if done.until is not None:
        until = i18n.moment(language, done.until)
        lines.append(i18n.say(language, "refused-until", until=until))
    if done.reason:
        lines.append(i18n.say(language, "refused-reason", reason=done.reason))
    return LocalText("\n".join(lines))
