"""What a message in a group asks of the bot, and with which words and links. Nothing is answered
that was not said to it: by /dl or another command of ours, by its name, or, where an admin of the
group switched that on, by a link."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from procs.bot.conversation.hints import Hints
from procs.core import log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused
from procs.records.preference_values import GroupPreferences
from procs.store.database import Database
from procs.store.people import preferences
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed

#: A command at the beginning, for whom, and what stands behind it.
COMMAND = re.compile(r"/([a-z]+)(?:@(\w+))?(?=\s|$)\s*", re.IGNORECASE)
#: The command that only says for whom a link is.
DOWNLOAD = "dl"
#: One that says besides in which form it is.
LINKED = re.compile(r"/audio(?:@\w+)?", re.IGNORECASE)
#: Commands that may be given in the name of a group, or where nobody is named.
FOR_ALL = re.compile(r"/(?:settings|help)\b", re.IGNORECASE)
#: Attempts to read the message that was answered, and seconds between them.
READS, READ_RETRY = 5, 1.0

IsCommand = Callable[[str], bool]


class GroupMessages:
    def __init__(self, db: Database, chat_session: BotSession, hints: Hints) -> None:
        self.db = db
        self.chat_session = chat_session
        self.hints = hints

    async def for_bot(self, incoming: Incoming, is_command: IsCommand) -> Incoming | None:
        """The message as it is meant for us, without what only calls us; None when it is not."""
        group = preferences.read_group(self.db, incoming.chat)
        incoming = replace(incoming, spoken=group.language or "")
        said = addressed(incoming.text, self.chat_session.username, is_command)
        if said is None:
            return await self.named(unasked(incoming, group))
        told = replace(incoming, text=said)
        if not FOR_ALL.match(said) and await self.named(told) is None:
            return None
        if not incoming.answers or not link.parse(said, incoming.urls).none:
            return told
        command = LINKED.match(said)
        if said.startswith("/") and command is None:
            return told
        words = said if command is None else said[command.end() :].strip()
        found = await self.with_answered(replace(told, text=words))
        return found if command is None else replace(found, text=f"{command[0]} {found.text}")

    async def named(self, incoming: Incoming | None) -> Incoming | None:
        """The message, if it has an author whose request it can be. Who writes in the name of a
        group or a channel is told once in a while that this is why nothing comes."""
        if incoming is not None and incoming.is_nameless:
            key = "anonymous-admin" if incoming.person.id == incoming.chat else "channel-post"
            await self.hints.hint(incoming, key)
            return None
        return incoming

    async def with_answered(self, incoming: Incoming) -> Incoming:
        """A message whose links stand in the one that it answers."""
        text, urls = await self.read_answered(incoming)
        links = link.parse(text, urls).links
        if not links:
            return incoming
        if not incoming.text:  # the words of the message itself count, such as "720p"
            words = addressed(text, self.chat_session.username, lambda _: True)
            return replace(incoming, text=text if words is None else words, urls=urls)
        return replace(
            incoming, text=" ".join([*(one.url for one in links), incoming.text]), urls=()
        )

    async def read_answered(self, incoming: Incoming) -> tuple[str, tuple[str, ...]]:
        for attempt in range(1, READS + 1):
            try:
                return await self.chat_session.words_of(
                    incoming.chat, incoming.access, incoming.answers
                )
            except (ChatClosed, TelegramRefused) as error:
                log.warning(
                    "message.unread", chat=incoming.chat, message=incoming.answers, error=error
                )
                break
            except TelegramAway:
                if attempt == READS:
                    raise
                await asyncio.sleep(READ_RETRY)
        return "", ()


def addressed(text: str, username: str, is_command: IsCommand) -> str | None:
    """What a text says to us; None when it speaks to somebody else, or to nobody. Of commands
    without a name only those that we have are ours; a name of ours may stand anywhere."""
    found = COMMAND.match(text)
    if found:
        whom, ours = (found[2] or "").lower(), found[1].lower() == DOWNLOAD
        if whom and whom != username:
            return None
        if ours:
            return text[found.end() :].strip()
        return text if whom or is_command(text) else None
    mention = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
    if not username or not mention.search(text):
        return None
    return mention.sub("", text).strip()


def unasked(incoming: Incoming, group: GroupPreferences) -> Incoming | None:
    """A message to nobody, in a group that takes every link; None when it has none."""
    if not group.auto or COMMAND.match(incoming.text):
        return None
    said = link.parse(incoming.text, incoming.urls)
    return replace(incoming, unasked=True) if said.links or said.questions else None


def taken(incoming: Incoming, said: Parsed) -> Parsed:
    """What is taken of a message's links: of one that was said to nobody, the links alone."""
    if not incoming.unasked:
        return said
    return Parsed(links=(*said.links, *(one.link for one in said.questions)))
