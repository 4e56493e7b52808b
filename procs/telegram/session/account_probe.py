"""Asks Telegram about the bot's own account, for a command: whether it takes the application and
the token, what time it has, and in which sponsors' chats the bot may look.

The session is one of its own, `doctor`, kept beside the others: signing in again and again earns
waits of an hour, and a session that two processes use at a time is revoked. In a home without a
database it is kept in memory and signed out: a sign-in in the home means that there was a database.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from pyrogram import raw
from pyrogram.errors import RPCError
from pyrogram.utils import get_channel_id

from procs.config import Settings
from procs.errors import ChaparError, ChatClosed, TelegramAway, TelegramRefused
from procs.records.sponsor_records import Sponsor
from procs.telegram.cancellation import apart
from procs.telegram.rpc_errors import translate
from procs.telegram.server_clock import CLOCK
from procs.telegram.session.mtproto_client import build
from procs.telegram.session.rpc import Rpc
from procs.telegram.session.sign_in import always_allow, enter, shut

functions, types = raw.functions, raw.types
#: The session's name, and the lock that one process at a time holds for it.
SESSION, LOCK_FILE = "doctor", "doctor.lock"
#: Who may ask about others in a channel, where members may not, and what Telegram says to those
#: (core.telegram.org/method/channels.getParticipant).
CHANNEL_ADMINS = (types.ChannelParticipantAdmin, types.ChannelParticipantCreator)
NO_ADMIN = "CHAT_ADMIN_REQUIRED"
#: Seconds for all of it.
PROBE_TIMEOUT = 30.0


class ProbeBusy(ChaparError):
    """Another process asks Telegram by this session."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The bot's id and @name, how many seconds this clock is ahead of Telegram's, and the sponsors'
    chats into which the bot may not look: title and Telegram's word."""

    id: int
    nick: str
    skew: float
    blind: tuple[tuple[str, str], ...]


async def look(settings: Settings, sponsors: Sequence[Sponsor], *, keep: bool) -> AccountFacts:
    """`keep` the sign-in for the next time. A cancel ends it at once. Raises ProbeBusy,
    TelegramAway, TelegramWait, TelegramRefused, SessionRevoked."""
    return await apart(ask_account(settings, sponsors, keep=keep))


async def ask_account(
    settings: Settings, sponsors: Sequence[Sponsor], *, keep: bool
) -> AccountFacts:
    """As `look`, which a cancel may not end."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT), connected(settings, keep=keep) as line:
            (account,) = await line.ask(functions.users.GetUsers(id=[types.InputUserSelf()]))
            skew = -CLOCK.offset()
            blind = [(s.title, why) for s in sponsors if (why := await fault(line, s))]
            return AccountFacts(account.id, account.username or "", skew, tuple(blind))
    except TimeoutError:
        raise TelegramAway(f"no answer within {PROBE_TIMEOUT:g} s") from None


async def fault(line: Rpc, sponsor: Sponsor) -> str:
    """Why the bot may not look into a chat; "" when it may."""
    number = get_channel_id(sponsor.chat)
    channel = types.InputChannel(channel_id=number, access_hash=sponsor.access)
    query = functions.channels.GetParticipant(channel=channel, participant=types.InputPeerSelf())
    try:
        answer = await line.ask(query)
    except (ChatClosed, TelegramRefused) as error:
        return str(error)
    is_group = any(getattr(chat, "megagroup", False) for chat in answer.chats)
    return "" if is_group or isinstance(answer.participant, CHANNEL_ADMINS) else NO_ADMIN


@asynccontextmanager
async def connected(settings: Settings, *, keep: bool) -> AsyncIterator[Rpc]:
    """A signed-in connection for one command, logged out at its end unless `keep`. Raises our own
    errors for those of Telegram."""
    with alone(settings, keep=keep):
        line = Rpc(build(settings, name=SESSION, updates=False, in_memory=not keep))
        try:
            await enter(line, settings.bot_token, before=always_allow)
            yield line
            if not keep:
                await line.ask(functions.auth.LogOut())
        except (RPCError, OSError) as error:
            raise translate(error, line.doing) from error
        finally:
            await shut(line)


@contextmanager
def alone(settings: Settings, *, keep: bool) -> Iterator[None]:
    """One process at a time has the kept session."""
    if not keep:
        yield
        return
    lock = os.open(settings.run / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ProbeBusy("another chapar doctor asks Telegram at this moment") from None
    finally:
        os.close(lock)
