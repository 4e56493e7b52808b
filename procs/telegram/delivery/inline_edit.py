"""Edits a message by its inline id: first its progress text, then the media."""

from collections.abc import Sequence
from typing import Any

from pyrogram import raw

from procs.errors import TelegramRefused
from procs.records.inline_records import InlineTarget
from procs.telegram.session.rpc import Leave, Rpc

#: What the pace of these edits is kept under.
EDIT_INLINE = "messages.EditInlineBotMessage"
#: The message has this content already: a repeat after a lost answer.
SAME = "MESSAGE_NOT_MODIFIED"
#: The message is gone, or may not be edited.
VANISHED = frozenset(
    {
        *("MESSAGE_ID_INVALID", "INLINE_MESSAGE_ID_INVALID", "MESSAGE_AUTHOR_REQUIRED"),
        "MESSAGE_EDIT_TIME_EXPIRED",
    }
)

types = raw.types


async def edit_inline(
    line: Rpc,
    target: InlineTarget,
    text: str,
    *,
    media: Any = None,
    entities: Any = None,
    buttons: Sequence[Sequence[tuple[str, str]]] = (),
    leave: Leave,
) -> bool:
    """Give an inline message another text, or a media with a caption, in the data center that keeps
    it; what it says already is no failure. False when it is not there any more. Raises as
    `Rpc.ask`."""
    query = raw.functions.messages.EditInlineBotMessage(
        id=identity(target),
        message=text,
        media=media,
        entities=entities,
        no_webpage=True,
        reply_markup=keyboard(buttons),
    )
    try:
        await line.ask_center(target.dc, query, leave=leave)
    except TelegramRefused as error:
        if error.detail in VANISHED:
            return False
        if error.detail != SAME:
            raise
    return True


def identity(target: InlineTarget) -> Any:
    """The inline id as Telegram gave it."""
    if not target.owner:
        return types.InputBotInlineMessageID(
            dc_id=target.dc, id=target.message, access_hash=target.access
        )
    return types.InputBotInlineMessageID64(
        dc_id=target.dc, owner_id=target.owner, id=target.message, access_hash=target.access
    )


def keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> Any:
    """Buttons as (label, data); data that is an address opens it."""
    if not rows:
        return None
    made = [types.KeyboardInlineButtonRow(buttons=[button(*one) for one in row]) for row in rows]
    return types.ReplyInlineMarkup(rows=made)


def button(label: str, data: str) -> Any:
    """A button that opens an address, or else sends `data` back."""
    if data.startswith("https://"):
        deed: Any = types.InlineButtonTypeUrl(url=data)
    else:
        deed = types.InlineButtonTypeCallback(data=data.encode())
    return types.KeyboardInlineButton(text=label, type=deed)
