"""Signs in once under no name of ours, asks Telegram whose account it is, and signs out again."""

from dataclasses import dataclass

from pyrogram.raw.functions.auth import LogOut
from pyrogram.raw.functions.users import GetUsers
from pyrogram.raw.types import InputUserSelf

from procs.config import Settings
from procs.telegram.session import sign_in


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot's account, as Telegram has it."""

    id: int
    username: str


async def account_of(settings: Settings) -> BotAccount:
    """Raises as `sign_in.signed_in` and `Rpc.ask`."""
    line = await sign_in.signed_in(settings, "probe")
    try:
        (user,) = await line.ask(GetUsers(id=[InputUserSelf()]))
        await line.ask(LogOut())
    finally:
        await sign_in.shut(line)
    return BotAccount(user.id, user.username or "")
