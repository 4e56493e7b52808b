"""What a message in a group asks of the bot.

The bot answers only a message to itself: /dl or another of its commands, its name, or, where an
admin of the group switched that on, any link.
"""

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

#: A command at the beginning, the bot that it names, and the words behind it.
COMMAND = re.compile(r"/([a-z]+)(?:@(\w+))?(?=\s|$)\s*", re.IGNORECASE)
#: The command that only addresses the bot.
DOWNLOAD = "dl"
#: The command that asks for the sound besides.
LINKED = re.compile(r"/audio(?:@\w+)?", re.IGNORECASE)
#: Commands that an anonymous author may give, and that need no name of the bot.
FOR_ALL = re.compile(r"/(?:settings|help)\b", re.IGNORECASE)
#: Attempts to read the message that was answered, and seconds between them.
READS, READ_RETRY = 5, 1.0

IsCommand = Callable[[str], bool]


class GroupMessages:
    """Tells what is for the bot, and reads what a message answers."""

    def __init__(self, db: Database, chat_session: BotSession, hints: Hints) -> None:
        self.db = db
        self.chat_session = chat_session
        self.hints = hints

    async def for_bot(self, incoming: Incoming, is_command: IsCommand) -> Incoming | None:
        """The message without what only addresses the bot; None when it is not for the bot."""
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
        """The message, if it has an author who can own a request. An author in the name of a group
        or a channel is told once in a while why nothing is delivered."""
        if incoming is not None and incoming.is_nameless:
            key = "anonymous-admin" if incoming.person.id == incoming.chat else "channel-post"
            await self.hints.hint(incoming, key)
            return None
        return incoming

    async def with_answered(self, incoming: Incoming) -> Incoming:
        """A message with the links of the message that it answers."""
        text, urls = await self.read_answered(incoming)
        links = link.parse(text, urls).links
        if not links:
            return incoming
        if not incoming.text:  # the words of the answering message count, such as "720p"
            words = addressed(text, self.chat_session.username, lambda _: True)
            return replace(incoming, text=text if words is None else words, urls=urls)
        return replace(
            incoming, text=" ".join([*(one.url for one in links), incoming.text]), urls=()
        )

    async def read_answered(self, incoming: Incoming) -> tuple[str, tuple[str, ...]]:
        """Text and addresses of the message that is answered; nothing when it cannot be read.
        Raises TelegramAway after READS attempts."""
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
    """The text that is meant for the bot; None when it is for somebody else, or for nobody. Among
    commands without a name only those that the bot has are its own; its name may stand anywhere."""
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
    """A message to nobody, in a group that accepts every link; None when it has no link."""
    if not group.auto or COMMAND.match(incoming.text):
        return None
    said = link.parse(incoming.text, incoming.urls)
    return replace(incoming, unasked=True) if said.links or said.questions else None


def taken(incoming: Incoming, said: Parsed) -> Parsed:
    """What of a message's links is accepted: of one to nobody, the links without questions."""
    if not incoming.unasked:
        return said
    return Parsed(links=(*said.links, *(one.link for one in said.questions)))
