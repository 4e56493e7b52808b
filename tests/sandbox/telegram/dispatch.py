"""From a call that came in to the answer that goes out: log, faults, rules, the method itself."""

import logging
import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import render, tl
from tests.sandbox.telegram.calls import Entry
from tests.sandbox.telegram.faults import Fault, Unanswered
from tests.sandbox.telegram.registry import METHODS, Call

if TYPE_CHECKING:
    from tests.sandbox.telegram.connection import Connection

log = logging.getLogger("sandbox.telegram")

#: Calls that any number of connections of one key may make at a time: those of file connections.
#: So are edits of inline messages: they go to the data centre that the message's id names.
FREE = ("upload.", "help.", "messages.editInlineBotMessage")
#: Calls that are answered before the sign-in.
OPEN = ("auth.", "help.")


async def handle(connection: "Connection", number: int, thing: Any) -> None:
    """Answer one call. `number` is its message id."""
    assert connection.key is not None
    query, quiet = unwrap(thing)
    method = tl.name_of(query)
    entry = connection.server.log.begin(entry_of(connection, number, method, query))
    faults: list[Fault] = []
    try:
        call = Call(connection.server, connection.key, entry)
        result = await carry(connection, call, query, faults=faults, quiet=quiet)
        connection.answer(number, result)
        told = "ok"
    except Unanswered:
        told = "unanswered"
    except tl.Rpc as refusal:
        answer = raw.types.RpcError(error_code=refusal.code, error_message=refusal.text)
        connection.answer(number, answer)
        told = refusal.text
    except Exception:
        # The one place where a bug of the server itself is caught: the client must hear of it.
        log.exception("%s failed", method)
        connection.answer(number, raw.types.RpcError(error_code=500, error_message="RPC_CALL_FAIL"))
        told = "RPC_CALL_FAIL"
    connection.server.log.end(entry, told)
    if any(fault.close for fault in faults):
        connection.reset()


async def carry(
    connection: "Connection", call: Call, query: Any, *, faults: list[Fault], quiet: bool
) -> Any:
    server, entry = connection.server, call.entry
    admit(connection, call, entry.method, quiet=quiet)
    if server.manners is not None:
        server.manners.judge(call, query)
    faults += server.faults.of(entry)
    with server.in_flight(entry.account, random_ids(query)):
        await strike(connection, [fault for fault in faults if not fault.done])
        handler = METHODS.get(type(query))
        if handler is None:
            raise tl.Rpc(400, "INPUT_METHOD_INVALID")
        if not entry.method.startswith(OPEN):
            _ = call.account
        result = await handler(call, query)
    await strike(connection, [fault for fault in faults if fault.done])
    return result


async def strike(connection: "Connection", faults: list[Fault]) -> None:
    for fault in faults:
        await fault.strike(connection.gone)


def admit(connection: "Connection", call: Call, method: str, *, quiet: bool) -> None:
    """The rules of authorisations: dead keys, one main connection at a time, who gets updates.

    Source: AUTH_KEY_DUPLICATED in core.telegram.org/api/errors; api/invoking.
    """
    if call.key.dead:
        raise tl.Rpc(406 if call.key.dead == "AUTH_KEY_DUPLICATED" else 401, call.key.dead)
    if method.startswith(FREE):
        return
    if connection.center != render.DC and not method.startswith("auth."):
        raise tl.Rpc(303, f"USER_MIGRATE_{render.DC}")
    connection.speaks = True
    if connection.server.has_twin(connection):
        call.key.dead = "AUTH_KEY_DUPLICATED"
        raise tl.Rpc(406, "AUTH_KEY_DUPLICATED")
    if not quiet and not method.startswith("auth."):
        call.key.on_message(connection.session)


def unwrap(thing: Any) -> tuple[Any, bool]:
    """The method inside of its wrappers, and whether one of them was invokeWithoutUpdates."""
    quiet = False
    while isinstance(getattr(thing, "query", None), raw.core.TLObject):
        quiet |= isinstance(thing, raw.functions.InvokeWithoutUpdates)
        thing = thing.query
    return thing, quiet


def entry_of(connection: "Connection", number: int, method: str, query: Any) -> Entry:
    assert connection.key is not None
    ids, now = random_ids(query), time.time()
    age = now - number / 2**32
    return Entry(
        at=now,
        age=age,
        behind=min(age, connection.server.numberings.behind(connection.session)),
        method=method,
        account=connection.key.account,
        key=connection.key.id.hex(),
        session=connection.session.hex(),
        connection=connection.number,
        peer=peer_of(query),
        random_id=ids[0] if ids else 0,
    )


def random_ids(query: Any) -> list[int]:
    """What makes a send recognisable: one number, or one for each message of an album."""
    if isinstance(query, raw.functions.messages.SendMultiMedia):
        return [item.random_id for item in query.multi_media]
    given = getattr(query, "random_id", [])
    return list(given) if isinstance(given, list) else [given]


def peer_of(query: Any) -> int:
    peer = getattr(query, "peer", None) or getattr(query, "to_peer", None)
    channel = getattr(peer, "channel_id", 0)
    return -channel if channel else getattr(peer, "user_id", 0)
