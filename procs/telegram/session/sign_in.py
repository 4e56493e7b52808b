"""Connects a client, and disconnects it, whatever its state."""

import asyncio
from collections.abc import Awaitable, Callable

from pyrogram.errors import RPCError
from pyrogram.raw.functions.users import GetUsers
from pyrogram.raw.types import InputUserSelf
from pyrogram.session.session import TransportError

from procs.config import Settings
from procs.config.values import TELEGRAM_FILE
from procs.core import log
from procs.errors import SessionRevoked, StoreFull, alert_kinds, remedies
from procs.telegram.cancellation import apart
from procs.telegram.rpc_errors import translate
from procs.telegram.server_clock import CLOCK, TOO_EARLY, described
from procs.telegram.session.mtproto_client import build
from procs.telegram.session.rpc import Rpc
from procs.telegram.updates.update_client import UpdateClient

#: Seconds in which a connection, and a first sign-in, must be made.
CONNECT_TIMEOUT = 60.0
#: The call that Telegram limits when a client signs in again and again.
SIGN_IN = "auth.ImportBotAuthorization"
#: The calls before it: the connection, its key, initConnection.
CONNECT = "connect"

SignInLeave = Callable[[], Awaitable[None]]


async def always_allow() -> None:
    """The leave of a process that may always sign in."""


async def signed_in(settings: Settings, name: str, *, before: SignInLeave = always_allow) -> Rpc:
    """A connected line of a session that only sends. It signs in when its file never did, which
    happens once in the life of a slot: signing in again and again earns waits of an hour. `before`
    is asked for leave then, and only then.

    Whether the account pays is asked where files may be larger than others may send.

    Raises TelegramAway, TelegramWait, TelegramRefused, SessionRevoked.
    """
    line = Rpc(build(settings, name=name, updates=False))
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            await apart(enter(line, settings.bot_token, before=before))
            if settings.max_file_size > TELEGRAM_FILE:
                line.premium = await pays(line)
    except (RPCError, OSError) as error:
        await shut(line)
        raise translate(error, line.doing) from error
    except BaseException:
        await shut(line)
        raise
    return line


async def enter(line: Rpc, token: str, *, before: SignInLeave) -> None:
    """Connect, and sign in where the session's file never did. `Rpc.doing` says meanwhile what
    is to blame when it fails. Raises RPCError, OSError, TelegramAway, SessionRevoked, and what
    `before` raises."""
    client = line.client
    line.doing = CONNECT
    signed = await client.connect()
    await line.wait_connected()
    if abs(offset := CLOCK.offset()) > TOO_EARLY:
        fix = remedies.of(alert_kinds.CLOCK)
        log.warning("clock.wrong", session=client.name, why=described(offset), fix=fix)
    if signed:
        await require_same_bot(line, token)
    else:
        await before()
        line.doing = SIGN_IN
        await client.sign_in_bot(token)
        log.info("telegram.signed-in", session=client.name)
    line.doing = ""


async def require_same_bot(line: Rpc, token: str) -> None:
    """Raises SessionRevoked for a session of another bot than the token's, whose number stands
    before the colon: another token in the settings, or a backup of another bot. It would go on as
    that other one."""
    there, ours = await line.client.storage.user_id(), token.partition(":")[0]
    if there and str(there) != ours:
        raise SessionRevoked(
            f"signed in as bot {there}, and CHAPAR_BOT_TOKEN is that of bot {ours}: give each bot "
            "a CHAPAR_HOME of its own"
        )


async def pays(line: Rpc) -> bool:
    """Whether Telegram takes files of double size of this account. Raises as `Rpc.ask`."""
    (account,) = await line.ask(GetUsers(id=[InputUserSelf()]))
    return bool(account.premium)


async def shut(line: Rpc) -> None:
    """Close connections and session file. Errors of a dead connection are not raised, and no want
    of room for the place in the updates: what was heard since is heard again."""
    client = line.client
    if isinstance(client, UpdateClient):
        await client.rest()
    await line.lanes.close()
    await line.centers.close()
    try:
        if client.is_initialized:
            await client.terminate()
        if client.is_connected:
            await client.disconnect()
    except (TransportError, OSError, RPCError, StoreFull) as error:
        log.warning("telegram.close-failed", session=client.name, error=error)
    await client.storage.close()
