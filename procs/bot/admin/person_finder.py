"""The person whom an admin names: by a forwarded message, an @name, or a number."""

import re

from procs.bot.admin.admin_call import AdminCall
from procs.bot.commands.button_actions import EffectRefused
from procs.store.database import Database
from procs.store.people import users
from procs.telegram.chat.inbound import Incoming

#: Digits in any of the scripts in which people write them; Telegram's ids fit 52 bits.
PERSON_ID = re.compile(r"\d{1,16}")
NICK = re.compile(
    r"@?([A-Za-z][A-Za-z0-9_]{3,31})|(?:https?://)?t\.me/([A-Za-z][A-Za-z0-9_]{3,31})"
)


def author_of(db: Database, call: AdminCall, incoming: Incoming) -> int:
    """The person whom a message names. Raises EffectRefused with the reason."""
    if incoming.hides_author:
        raise EffectRefused(call.say("admin-person-hidden"))
    return incoming.forwarded or find(db, call, incoming.text)


def find(db: Database, call: AdminCall, text: str) -> int:
    """The person whom a text names. Raises EffectRefused with the reason."""
    text = text.strip()
    if PERSON_ID.fullmatch(text) and int(text):
        return int(text)
    nick = NICK.fullmatch(text)
    if nick is None:
        raise EffectRefused(call.say("admin-person-unclear"))
    person = users.of_nick(db, nick[1] or nick[2])
    if not person:
        raise EffectRefused(call.say("admin-person-unmet", nick=f"@{nick[1] or nick[2]}"))
    return person
