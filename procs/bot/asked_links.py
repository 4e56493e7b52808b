"""The links of a message as requests: in which form, and how their answer comes."""

from dataclasses import replace
from typing import Any

from procs.bot.groups import group_message
from procs.records.job import Ask
from procs.records.preference_values import REACTION, GroupPreferences
from procs.records.usual_form import meant
from procs.store.database import Database
from procs.store.people import preferences
from procs.telegram.chat.inbound import Incoming
from procs.wishes.grammar.link import Parsed


def usual(db: Database, heard: Incoming, parsed: Parsed) -> Parsed:
    """The links in the forms that their person, or their group, set, where no word says another."""
    if heard.private:
        wanted = preferences.read(db, heard.person.id)
        return replace(parsed, links=tuple(meant(wanted, one) for one in parsed.links))
    return group_message.formed(parsed, preferences.read_group(db, heard.chat))


def asked(db: Database, heard: Incoming, parsed: Parsed) -> tuple[list[Ask], list[Ask]]:
    """The same as `asks`, in the usual forms, and in a group as its admins want it."""
    group = None if heard.private else preferences.read_group(db, heard.chat)
    return asks(heard, usual(db, heard, parsed), group)


def asks(
    heard: Incoming, parsed: Parsed, group: GroupPreferences | None = None
) -> tuple[list[Ask], list[Ask]]:
    """The links of a message as what the store accepts, numbered in their order, and those of which
    we ask what is wished."""
    facts: dict[str, Any] = {"chat_access": heard.access, "topic": heard.topic}
    if group is not None:
        facts |= {"spoken": heard.spoken, "reaction": group.progress == REACTION}
    links = [*parsed.links, *(question.link for question in parsed.questions)]
    made = [
        Ask(heard.person.id, heard.chat, heard.message, n, one, **facts)
        for n, one in enumerate(links)
    ]
    return made[: len(parsed.links)], made[len(parsed.links) :]
