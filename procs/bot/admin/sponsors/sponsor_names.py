"""Parses how an admin names a chat or an instant. Pure."""

import re
from datetime import datetime

from procs.bot.admin.person_finder import NICK
from procs.core import durations
from procs.core.clock import Now
from procs.texts import i18n

#: An invite link (core.telegram.org/api/links#chat-invite-links).
INVITE = re.compile(r"(?:https?://)?(?:t|telegram)\.me/(?:\+|joinchat/)([A-Za-z0-9_-]{8,64})/?")
#: Words that stand for no limit.
NONE = frozenset({"-", "—", "0"})
DATE_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d")


def invite(text: str) -> str:
    """The hash of an invite link; "" for no such link."""
    found = INVITE.fullmatch(text.strip())
    return found[1] if found else ""


def nick(text: str) -> str:
    """The name of `@name` or `t.me/name`; "" for something else."""
    found = NICK.fullmatch(text.strip())
    return (found[1] or found[2]) if found else ""


def instant(text: str, language: str, *, now: Now) -> float | None:
    """`2026-12-01`, `2026-12-01 18:30` on the admin's clock, or `7d` from now, as a wall instant;
    None for no limit. Raises ValueError."""
    said = text.strip().translate(i18n.LATIN)
    if said in NONE:
        return None
    if span := durations.read(said):
        return now.wall + span
    zone, _ = i18n.PLACES[i18n.base(language)]
    for form in DATE_FORMS:
        try:
            return datetime.strptime(said, form).replace(tzinfo=zone).timestamp()
        except ValueError:
            continue
    raise ValueError(text)


def number(text: str) -> int:
    """A number in any digits. Raises ValueError."""
    said = text.strip().translate(i18n.LATIN).replace(",", "")
    return 0 if said in NONE else int(said)
