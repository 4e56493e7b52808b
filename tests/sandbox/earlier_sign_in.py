"""A sign-in of before: a session file that a client has signed in with, and the key of it that the
server remembers. What starts with them starts as a process does that was there before; the tests
of sessions sign in themselves."""

import tempfile
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

from procs.config import Settings
from procs.telegram.session import sign_in
from procs.telegram.session.mtproto_client import build
from procs.telegram.session.rpc import Rpc
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.telegram.wire import Key


@dataclass(frozen=True)
class EarlierSignIn:
    """The session's file in bytes, and the server's key."""

    file: bytes
    key: Key

    def lay_down(self, telegram: Telegram, settings: Settings, name: str) -> None:
        """Let a session of this name have signed in at this server."""
        settings.sessions.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = settings.sessions / f"{name}.session"
        if not path.exists():
            path.write_bytes(self.file)
            telegram.remember(deepcopy(self.key))


#: By token: a key agreement costs as much as several tests.
MADE: dict[str, EarlierSignIn] = {}


async def sign_in_before(telegram: Telegram, settings: Settings, name: str) -> None:
    """Let the session of this name have signed in."""
    token = settings.bot_token
    if token not in MADE:
        MADE[token] = await sign_in_elsewhere(settings)
    MADE[token].lay_down(telegram, settings, name)


async def sign_in_elsewhere(settings: Settings) -> EarlierSignIn:
    """Sign in at a server of its own."""
    with tempfile.TemporaryDirectory(prefix="ch-", dir="/tmp") as home:
        async with Telegram(token=settings.bot_token) as telegram:
            address = ("127.0.0.1", telegram.port)
            own = replace(settings, home=Path(home), telegram_server=address)
            line = Rpc(build(own, name="before", updates=False))
            await sign_in.enter(line, own.bot_token, before=sign_in.always_allow)
            await sign_in.shut(line)
            (key,) = telegram.keys.values()
            key.listener, key.waiting = b"", []
            key.met.clear()
            return EarlierSignIn((own.sessions / "before.session").read_bytes(), key)
