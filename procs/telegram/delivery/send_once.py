"""Sends one message once, however often it is called."""

from collections.abc import Callable, Sequence
from typing import Any

from procs.errors import TelegramRefused, TelegramWait
from procs.telegram.pace import scope
from procs.telegram.rpc_errors import AlreadySent, ChatSlow
from procs.telegram.session.peers import message_id, reply
from procs.telegram.session.rpc import Leave, Rpc

#: The message replied to is gone: send without the reply.
UNANSWERABLE = frozenset({"REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID", "REPLY_TO_INVALID"})


async def post(
    line: Rpc,
    query: Callable[[Any], Any],
    *,
    chat: int,
    random_id: int,
    reply_to: int,
    topic: int = 0,
    leave: Leave,
) -> int | None:
    """The id of the message; None when Telegram says only that it is there already.

    `query` makes the call, given the reply header; `leave` pays for each attempt.
    """
    to: dict[str, Any] = {"chat": chat, "reply_to": reply_to, "topic": topic, "leave": leave}
    return (await post_all(line, query, random_ids=[random_id], **to))[0]


async def post_all(
    line: Rpc,
    query: Callable[[Any], Any],
    *,
    chat: int,
    random_ids: Sequence[int],
    reply_to: int,
    topic: int = 0,
    leave: Leave,
) -> list[int | None]:
    """The same for a call that makes several messages."""
    try:
        answer = await line.ask(query(reply(reply_to, topic)), leave=leave)
    except AlreadySent:
        return [None] * len(random_ids)
    except ChatSlow as wait:
        raise TelegramWait(wait.seconds, scope(chat)) from wait
    except TelegramRefused as error:
        if not reply_to or error.detail not in UNANSWERABLE:
            raise
        facts: dict[str, Any] = {"chat": chat, "reply_to": 0, "topic": topic, "leave": leave}
        return await post_all(line, query, random_ids=random_ids, **facts)
    return [message_id(answer, random_id) for random_id in random_ids]
