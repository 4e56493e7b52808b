"""Checks of those whom the bot needs: admins, a support contact, sponsors, and BotFather."""

from collections.abc import Iterator

from daemon.checks.botfather_switches import inline_complaints
from daemon.console.output import count, minute
from daemon.doctor.diagnosis import Finding, Severity, complaint, fine
from daemon.doctor.doctor_facts import DoctorFacts
from procs.errors import alert_kinds, remedies
from procs.store.health import notifications, runtime_settings
from procs.store.people import users
from procs.store.sponsors import sponsor_rows

#: The row with the support chat (`procs/bot/admin/support/support_desk.py`).
SUPPORT_ROW = "support_chat"


def admins(facts: DoctorFacts) -> Iterator[Finding]:
    """There is an owner who can open the panel and be told of alerts."""
    owners = facts.given.admins
    if not owners:
        says = "nobody is an admin: no panel, and alerts reach nobody"
        fix = "set CHAPAR_ADMINS to your Telegram user id"
        yield Finding("admins", Severity.WARNING, says, fix=fix)
        return
    db = facts.db
    if db is None:
        yield fine("admins", count(len(owners), "owner"))
        return
    deaf = {admin: f"since {minute(at)}: {why}" for admin, at, why in notifications.deaf(db)}
    unmet = {admin: "never wrote to the bot" for admin in owners if not users.is_known(db, admin)}
    for admin, why in (unmet | deaf).items():
        says = f"admin {admin} hears of no alert"
        yield Finding("admins", Severity.WARNING, says, why, remedies.DEAF)
    if not unmet and not deaf:
        yield fine("admins", f"{count(len(owners), 'owner')}, all can be told")


def support(facts: DoctorFacts) -> list[Finding]:
    """People have somebody to write to."""
    chat = runtime_settings.read(facts.db, SUPPORT_ROW, "") if facts.db else ""
    if facts.given.support or chat:
        return [fine("support", "set", facts.given.support or f"chat {chat.partition(' ')[0]}")]
    fix = "set CHAPAR_SUPPORT, or write /supporthere in a group of the bot"
    says = "no support contact: /support has nothing to say"
    return [Finding("support", Severity.WARNING, says, fix=fix)]


def sponsors(facts: DoctorFacts) -> Iterator[Finding]:
    """The bot can look who is in each sponsor's chat."""
    chats = sponsor_rows.listed(facts.db) if facts.db else []
    faulty = [one for one in chats if one.fault]
    for one in faulty:
        says = f"the bot cannot check who joined {one.title}"
        fix = remedies.of(alert_kinds.SPONSOR_LOST) or ""
        yield Finding("sponsors", Severity.ERROR, says, one.fault, fix)
    if chats and not faulty:
        yield fine("sponsors", f"{count(len(chats), 'chat')}, none with a fault noted")


def inline(facts: DoctorFacts) -> list[Finding]:
    """Inline mode and its feedback are switched on at BotFather; who wants neither needs none."""
    if facts.db is None:
        return []
    return [complaint("inline", one, Severity.HINT) for one in inline_complaints(facts.db)]
