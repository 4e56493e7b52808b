"""Updates of inline mode as plain records."""

from dataclasses import dataclass
from typing import Any

from pyrogram import raw

from procs.records.inline_records import InlineTarget
from procs.records.job import Person
from procs.telegram.chat.inbound import Press, person


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """Somebody writes `@bot text` in a chat; `offset` is where the page begins that is asked for,
    as the answer before it said."""

    id: int
    person: Person
    text: str
    offset: str

    @property
    def mark(self) -> tuple[object, ...]:
        """What a repeat of the update has in common with the first."""
        return "inline", self.id


@dataclass(frozen=True, slots=True)
class InlineChoice:
    """Somebody sent the result `result`. Telegram tells it where the bot's owner switched inline
    feedback on, with the message's inline id where the result has buttons
    (core.telegram.org/bots/api#choseninlineresult)."""

    person: Person
    result: str
    target: InlineTarget

    @property
    def mark(self) -> tuple[object, ...]:
        """What a repeat of the update has in common with the first."""
        return "chosen", self.target


def query(update: Any, users: dict[int, Any]) -> InlineQuery | None:
    """An inline query; None when the update does not name the person."""
    user = users.get(update.user_id)
    if user is None:
        return None
    return InlineQuery(update.query_id, person(user), update.query or "", update.offset or "")


def choice(update: Any, users: dict[int, Any]) -> InlineChoice | None:
    """A result that was sent; None when its message cannot be named, and so not be edited."""
    user = users.get(update.user_id)
    found = target(update.msg_id)
    return InlineChoice(person(user), update.id, found) if user and found else None


def press(update: Any, users: dict[int, Any]) -> Press | None:
    """A pressed button under an inline message: in no chat that the bot sees."""
    user = users.get(update.user_id)
    if user is None:
        return None
    data = (update.data or b"").decode("utf-8", "replace")
    return Press(update.query_id, person(user), 0, 0, 0, data, target(update.msg_id))


def target(given: Any) -> InlineTarget | None:
    """An inline id in parts; None for none."""
    if isinstance(given, raw.types.InputBotInlineMessageID64):
        return InlineTarget(given.dc_id, given.owner_id, given.id, given.access_hash)
    if isinstance(given, raw.types.InputBotInlineMessageID):
        return InlineTarget(given.dc_id, 0, given.id, given.access_hash)
    return None


def parse_inline(update: Any, users: dict[int, Any]) -> InlineQuery | InlineChoice | Press | None:
    """The record of an inline update; None for any other update."""
    read = READERS.get(type(update))
    return read(update, users) if read else None


READERS: dict[type, Any] = {
    raw.types.UpdateBotInlineQuery: query,
    raw.types.UpdateBotInlineSend: choice,
    raw.types.UpdateInlineBotCallbackQuery: press,
}
