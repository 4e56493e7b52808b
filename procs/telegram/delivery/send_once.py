"""Sends one message once, however often it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pyrogram.raw.functions.messages import SendMedia

from procs.core import log
from procs.errors import TelegramRefused, TelegramWait
from procs.records.job import Part
from procs.telegram.delivery import media_input
from procs.telegram.delivery.presentation import PLAIN, REFUSED_BUTTONS, Presentation, keyboard
from procs.telegram.message_limits import scope
from procs.telegram.rpc_errors import AlreadySent, ChatSlow
from procs.telegram.session.peers import message_id, peer, reply
from procs.telegram.session.rpc import Leave, Rpc

#: The message replied to is gone: send without the reply.
UNANSWERABLE = frozenset({"REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID", "REPLY_TO_INVALID"})


@dataclass(frozen=True, slots=True)
class ChatTarget:
    """Where a message goes: a chat with the hash that addresses it, the message that it answers
    (0 for none; a negative number for one that is gone), and the topic of a forum (0 for none)."""

    chat: int
    access: int
    reply_to: int = 0
    topic: int = 0


async def send_part(
    line: Rpc,
    target: ChatTarget,
    part: Part,
    random_id: int,
    *,
    shown: Presentation = PLAIN,
    leave: Leave,
) -> int | None:
    """Send one part, as soon as `leave` paid for it; without its buttons where Telegram does not
    take those. Returns the message's id, the first one's when this random_id was used before; None
    when Telegram says only that it was. Raises TelegramAway, TelegramWait, ChatClosed,
    ReferenceStale, TelegramRefused, SessionRevoked."""
    query = partial(
        SendMedia,
        peer=peer(target.chat, target.access),
        media=media_input.shown(part, spoiler=shown.spoiler),
        random_id=random_id,
        silent=shown.silent or None,
        reply_markup=keyboard(shown.buttons),
        **shown.words,
    )
    try:
        return await post(line, partial(replied, query), target, random_id, leave=leave)
    except TelegramRefused as error:
        if not shown.buttons or not error.detail.startswith(REFUSED_BUTTONS):
            raise
        log.warning("delivery.without-buttons", chat=target.chat, error=error)
        return await send_part(line, target, part, random_id, shown=shown.bare(), leave=leave)


def replied(query: Any, header: Any) -> Any:
    """A query, completed with the header of a reply (None for none)."""
    return query(reply_to=header)


async def post(
    line: Rpc,
    query: Callable[[Any], Any],
    target: ChatTarget,
    random_id: int,
    *,
    leave: Leave,
) -> int | None:
    """The id of the message; None when Telegram says only that it is there already.

    `query` makes the call, given the reply header; `leave` pays for each attempt.
    """
    return (await post_all(line, query, target, [random_id], leave=leave))[0]


async def post_all(
    line: Rpc,
    query: Callable[[Any], Any],
    target: ChatTarget,
    random_ids: Sequence[int],
    *,
    leave: Leave,
) -> list[int | None]:
    """The same for a call that makes several messages."""
    try:
        answer = await line.ask(query(reply(target.reply_to, target.topic)), leave=leave)
    except AlreadySent:
        return [None] * len(random_ids)
    except ChatSlow as wait:
        raise TelegramWait(wait.seconds, scope(target.chat)) from wait
    except TelegramRefused as error:
        if not target.reply_to or error.detail not in UNANSWERABLE:
            raise
        unanswered = replace(target, reply_to=0)
        return await post_all(line, query, unanswered, random_ids, leave=leave)
    return [message_id(answer, random_id) for random_id in random_ids]
